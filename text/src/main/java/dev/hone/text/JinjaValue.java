package dev.hone.text;

import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The Python values that Java has no type for. The others are Java's own: String, Boolean, Long, BigInteger (only beyond
 * 64 bits), Double, List (a Python list, never changed) and Map (a dict, in insertion order, never changed).
 */
final class JinjaValue {
    private JinjaValue() {}

    /** Python's {@code None}. */
    enum None {
        NONE
    }

    /**
     * A name or attribute that is not there: prints as nothing, is false and empty, and fails on any other use.
     *
     * @param why the message of that failure
     */
    record Undefined(String why) {
        static Undefined name(String name) { return new Undefined("'" + name + "' is undefined"); }
    }

    record Tuple(List<Object> items) {
        Tuple {
            items = List.copyOf(items);
        }

        static Tuple of(Object... items) { return new Tuple(List.of(items)); }
    }

    /** Text that went through the filter {@code safe}: {@code +} then escapes the other operand, as markupsafe does. */
    record Markup(String text) {}

    /** {@code dict.keys()}, {@code .values()} or {@code .items()}. */
    record View(String type, Collection<Object> items) {}

    /** Numbers of {@code range}, not stored. */
    record Range(long start, long stop, long step) {
        long length() {
            if (step > 0) {
                return start >= stop ? 0 : (stop - start - 1) / step + 1;
            }
            return start <= stop ? 0 : (start - stop - 1) / -step + 1;
        }

        long at(long index) { return start + index * step; }
    }

    /** What map, select and their like give: can be read once, has no length. */
    record Generator(Iterator<Object> items) {}

    /** {@code namespace(…)}: the one thing whose attributes a template may set. */
    record Namespace(Map<String, Object> attributes) {
        Namespace(Map<String, Object> attributes) { this.attributes = new LinkedHashMap<>(attributes); }
    }

    /** Anything that can be called. */
    interface Function {
        String name();

        Object call(JinjaRun run, JinjaArguments arguments);
    }

    /** A function of the host, such as {@code range}. */
    record HostFunction(String name, Body body) implements Function {
        interface Body {
            Object call(JinjaRun run, JinjaArguments arguments);
        }

        @Override
        public Object call(JinjaRun run, JinjaArguments arguments) { return body.call(run, arguments); }
    }

    /** The name that Python gives the type of a value in its error messages. */
    static String type(Object value) {
        return switch (value) {
            case None none -> "NoneType";
            case Undefined undefined -> "Undefined";
            case String text -> "str";
            case Markup markup -> "Markup";
            case Boolean truth -> "bool";
            case Double real -> "float";
            case Number integer -> "int";
            case List<?> list -> "list";
            case Map<?, ?> dict -> "dict";
            case Tuple tuple -> "tuple";
            case View view -> view.type();
            case Range range -> "range";
            case Generator generator -> "generator";
            case Namespace namespace -> "Namespace";
            case JinjaLoop loop -> "LoopContext";
            default -> "function";
        };
    }

    /** Whether {@code if} takes a value for true. */
    static boolean truth(Object value) {
        return switch (value) {
            case None none -> false;
            case Undefined undefined -> false;
            case Boolean truth -> truth;
            case String text -> !text.isEmpty();
            case Markup markup -> !markup.text().isEmpty();
            case Double real -> real != 0;
            case Long integer -> integer != 0;
            case List<?> list -> !list.isEmpty();
            case Map<?, ?> dict -> !dict.isEmpty();
            case Tuple tuple -> !tuple.items().isEmpty();
            case View view -> !view.items().isEmpty();
            case Range range -> range.length() > 0;
            default -> true;
        };
    }

    /** Whether Python's {@code isinstance(value, str)} holds. */
    static boolean isText(Object value) {
        return value instanceof String || value instanceof Markup;
    }

    /** The characters of a str value; call it only where {@link #isText} holds. */
    static String text(Object value) {
        return switch (value) {
            case String text -> text;
            case Markup markup -> markup.text();
            default -> throw new JinjaError("expected a str, found " + type(value));
        };
    }
}
