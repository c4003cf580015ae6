package dev.hone.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Attributes, items and slices: what {@code x.name}, {@code x[key]} and {@code x[a:b:c]} give. */
final class JinjaLookup {
    private JinjaLookup() {}

    /** The value under a key, or null; {@code 1}, {@code 1.0} and {@code true} are one key. */
    static @Nullable Object get(Map<?, ?> dict, Object key) {
        Object found = dict.get(key instanceof JinjaValue.Markup markup ? markup.text() : key);
        if (found != null || !JinjaNumbers.isNumber(key) || !JinjaNumbers.isFinite(key)) {
            return found;
        }
        Object whole = JinjaNumbers.truncate(key);
        if (JinjaNumbers.compare(whole, key) != 0) {
            return null;
        }
        found = dict.get(whole) == null && whole instanceof Long integer ? dict.get((double) integer) : dict.get(whole);
        boolean truth = whole.equals(0L) || whole.equals(1L);
        return found == null && truth ? dict.get(whole.equals(1L)) : found;
    }

    /** Checks that a value can be a dict's key. */
    static Object key(Object value) {
        if (value instanceof JinjaValue.Tuple tuple) {
            for (Object item : tuple.items()) {
                if (item instanceof JinjaValue.Tuple) {
                    throw new JinjaError("a tuple that holds tuples is not supported as a dict's key");
                }
                key(item);
            }
        }
        if (value instanceof List || value instanceof Map) {
            throw new JinjaError("unhashable type: '" + JinjaValue.type(value) + "'");
        }
        return value instanceof JinjaValue.Markup markup ? markup.text() : value;
    }

    /** {@code target.name}: a method or attribute of the value, else the item under that name. */
    static Object attribute(Object target, String name) {
        JinjaOperators.requireDefined(target);
        Object found = own(target, name);
        if (found == null && target instanceof Map<?, ?> dict) {
            found = dict.get(name);
        }
        return found == null ? missing(target, name) : found;
    }

    /** {@code target[key]}: the item, else the method or attribute of that name. */
    static Object item(Object target, Object key) {
        JinjaOperators.requireDefined(target);
        Object found = null;
        if (target instanceof Map<?, ?> dict) {
            found = key instanceof List || key instanceof Map ? null : get(dict, key);
        } else if (JinjaNumbers.isInteger(key)) {
            found = at(target, JinjaNumbers.index(key));
        }
        if (found == null && JinjaValue.isText(key)) {
            found = own(target, JinjaValue.text(key));
        }
        return found == null ? missing(target, key) : found;
    }

    private static @Nullable Object own(Object target, String name) {
        return switch (target) {
            case JinjaValue.Namespace namespace -> namespace.attributes().get(name);
            case JinjaLoop loop -> loop.attribute(name);
            default -> JinjaMethods.find(target, name);
        };
    }

    private static Object missing(Object target, Object key) {
        String type = switch (target) {
            case JinjaValue.None none -> "None";
            case JinjaValue.Namespace namespace -> "'namespace object'";
            default -> "'" + JinjaValue.type(target) + " object'";
        };
        return new JinjaValue.Undefined(key instanceof String name
                ? type + " has no attribute '" + name + "'"
                : type + " has no element " + (JinjaNumbers.isInteger(key) ? key : "of type " + JinjaValue.type(key)));
    }

    private static @Nullable Object at(Object target, long index) {
        if (JinjaValue.isText(target)) {
            String text = JinjaValue.text(target);
            long place = place(index, JinjaStrings.length(text));
            if (place < 0) {
                return null;
            }
            String character = Character.toString(text.codePointAt(JinjaStrings.offset(text, place)));
            return target instanceof String ? character : new JinjaValue.Markup(character);
        }
        return switch (target) {
            case List<?> list -> place(index, list.size()) < 0 ? null : list.get((int) place(index, list.size()));
            case JinjaValue.Tuple tuple -> at(tuple.items(), index);
            case JinjaValue.Range range ->
                place(index, range.length()) < 0 ? null : (Object) range.at(place(index, range.length()));
            default -> null;
        };
    }

    private static long place(long index, long length) {
        long place = index < 0 ? index + length : index;
        return place < length ? Math.max(place, -1) : -1;
    }

    /** {@code target[start:stop:step]}; a missing bound is None. */
    static Object slice(JinjaBudget budget, Object target, Bounds bounds) {
        JinjaOperators.requireDefined(target);
        return switch (target) {
            case String text -> slice(budget, text, bounds);
            case JinjaValue.Markup markup -> new JinjaValue.Markup(slice(budget, markup.text(), bounds));
            case List<?> list -> slice(budget, list, bounds);
            case JinjaValue.Tuple tuple -> new JinjaValue.Tuple(slice(budget, tuple.items(), bounds));
            case JinjaValue.Range range -> {
                long[] part = bounds.within(range.length());
                yield new JinjaValue.Range(range.start() + part[0] * range.step(),
                        range.start() + part[1] * range.step(),
                        range.step() * part[2]);
            }
            default -> throw new JinjaError("'" + JinjaValue.type(target) + "' object cannot be sliced");
        };
    }

    private static String slice(JinjaBudget budget, String text, Bounds bounds) {
        budget.text(text.length());
        long[] part = bounds.within(JinjaStrings.length(text));
        if (part[2] == 1) {
            int start = JinjaStrings.offset(text, part[0]);
            return part[1] <= part[0]
                    ? ""
                    : text.substring(start, text.offsetByCodePoints(start, (int) (part[1] - part[0])));
        }
        int[] characters = text.codePoints().toArray();
        StringBuilder result = new StringBuilder();
        for (long i = part[0]; part[2] > 0 ? i < part[1] : i > part[1]; i += part[2]) {
            result.appendCodePoint(characters[(int) i]);
        }
        return result.toString();
    }

    private static List<Object> slice(JinjaBudget budget, List<?> list, Bounds bounds) {
        budget.items(list.size());
        long[] part = bounds.within(list.size());
        List<Object> result = new ArrayList<>();
        for (long i = part[0]; part[2] > 0 ? i < part[1] : i > part[1]; i += part[2]) {
            result.add(list.get((int) i));
        }
        return result;
    }

    /** The three values of a slice, each an int or None. */
    record Bounds(Object start, Object stop, Object step) {
        /** Start, stop and step for a sequence of a length, as Python's {@code slice.indices}. */
        long[] within(long length) {
            long by = step == JinjaValue.None.NONE ? 1 : bound(step);
            if (by == 0) {
                throw new JinjaError("slice step cannot be zero");
            }
            by = Math.clamp(by, -(1L << 40), 1L << 40);
            long low = by > 0 ? 0 : -1;
            long high = by > 0 ? length : length - 1;
            long from = start == JinjaValue.None.NONE ? (by > 0 ? low : high) : inside(bound(start), length, low, high);
            long to = stop == JinjaValue.None.NONE ? (by > 0 ? high : low) : inside(bound(stop), length, low, high);
            return new long[]{from, to, by};
        }

        private static long bound(Object value) {
            if (!JinjaNumbers.isInteger(value)) {
                throw new JinjaError("slice indices must be integers or None, found " + JinjaValue.type(value));
            }
            return JinjaNumbers.index(value);
        }

        private static long inside(long index, long length, long low, long high) {
            return index < 0 ? Math.max(index + length, low) : Math.min(index, high);
        }
    }
}
