package dev.hone.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/** The filters of sequences and dicts. */
final class JinjaSequenceFilters {
    static final Map<String, JinjaFilters.Filter> TABLE = Map.ofEntries(
            Map.entry("list", (run, value, arguments) -> run.operators().list(value)),
            Map.entry("first", (run, value, arguments) -> first(run, value)),
            Map.entry("last", (run, value, arguments) -> last(run, value)),
            Map.entry("items", (run, value, arguments) -> items(value)),
            Map.entry("join", JinjaSequenceFilters::join),
            Map.entry("map", JinjaSequenceFilters::map),
            Map.entry("select", (run, value, arguments) -> choose(run, value, new Choice(arguments, false, true))),
            Map.entry("reject", (run, value, arguments) -> choose(run, value, new Choice(arguments, false, false))),
            Map.entry("selectattr", (run, value, arguments) -> choose(run, value, new Choice(arguments, true, true))),
            Map.entry("rejectattr", (run, value, arguments) -> choose(run, value, new Choice(arguments, true, false))),
            Map.entry("sort", JinjaSequenceFilters::sort),
            Map.entry("dictsort", JinjaSequenceFilters::dictSort),
            Map.entry("unique", JinjaSequenceFilters::unique),
            Map.entry("reverse", JinjaSequenceFilters::reverse),
            Map.entry("min", (run, value, arguments) -> extreme(run, value, arguments, -1)),
            Map.entry("max", (run, value, arguments) -> extreme(run, value, arguments, 1)),
            Map.entry("sum", JinjaSequenceFilters::sum));

    private JinjaSequenceFilters() {}

    private static Object generator(List<Object> items) { return new JinjaValue.Generator(items.iterator()); }

    private static Object first(JinjaRun run, Object value) {
        var items = run.operators().iterate(value);
        return items.hasNext() ? items.next() : new JinjaValue.Undefined("No first item, sequence was empty.");
    }

    private static Object last(JinjaRun run, Object value) {
        if (value instanceof JinjaValue.Generator) {
            throw new JinjaError("'generator' object is not reversible: turn it into a list first");
        }
        List<Object> items = run.operators().list(value);
        return items.isEmpty() ? new JinjaValue.Undefined("No last item, sequence was empty.") : items.getLast();
    }

    private static Object items(Object value) {
        return switch (value) {
            case JinjaValue.Undefined undefined -> generator(List.of());
            case Map<?, ?> dict -> generator(JinjaMethods.pairs(dict));
            default -> throw new JinjaError("Can only get item pairs from a mapping, found " + JinjaValue.type(value));
        };
    }

    private static Object join(JinjaRun run, Object value, JinjaArguments given) {
        JinjaArguments arguments = given.bind("d", "attribute");
        String separator = run.printer().print(arguments.value("d", ""));
        Function<Object, Object> part = attribute(arguments);
        StringBuilder joined = new StringBuilder();
        boolean first = true;
        for (Object item : run.operators().list(value)) {
            run.budget().append(joined, first ? "" : separator);
            run.budget().append(joined, run.printer().print(part.apply(item)));
            first = false;
        }
        return joined.toString();
    }

    /** What the keyword {@code attribute} reads of an element: a name, a number, or a path of both with dots. */
    private static Function<Object, Object> attribute(JinjaArguments arguments) {
        return arguments.given("attribute") ? path(arguments.value("attribute")) : item -> item;
    }

    private static Function<Object, Object> path(Object attribute) {
        List<Object> steps = new ArrayList<>();
        if (attribute instanceof String names) {
            for (String name : names.split("\\.", -1)) {
                boolean number = !name.isEmpty() && name.length() < 10
                        && name.chars().allMatch(c -> c >= '0' && c <= '9');
                steps.add(number ? (Object) Long.valueOf(name) : name);
            }
        } else {
            steps.add(attribute);
        }
        return item -> {
            Object found = item;
            for (Object step : steps) {
                found = JinjaLookup.item(found, step);
            }
            return found;
        };
    }

    private static Object map(JinjaRun run, Object value, JinjaArguments arguments) {
        if (!JinjaValue.truth(value)) {
            return generator(List.of());
        }
        Function<Object, Object> change;
        if (arguments.positional().isEmpty() && arguments.named().containsKey("attribute")) {
            JinjaArguments named = arguments.bind("attribute", "default");
            Function<Object, Object> read = path(named.value("attribute"));
            change = item -> orDefault(named, read, item);
        } else {
            JinjaArguments inner = inner(arguments, 0);
            change = item -> JinjaFilters.apply(run, item, inner);
        }
        List<Object> changed = new ArrayList<>();
        run.operators().list(value).forEach(item -> changed.add(change.apply(item)));
        return generator(changed);
    }

    private static Object orDefault(JinjaArguments arguments, Function<Object, Object> read, Object item) {
        if (!arguments.given("default")) {
            return read.apply(item);
        }
        Object found = read.apply(item);
        return found instanceof JinjaValue.Undefined ? arguments.value("default") : found;
    }

    /** The filter or test that the arguments name from a place on, with its own arguments. */
    private static JinjaArguments inner(JinjaArguments arguments, int from) {
        List<Object> positional = arguments.positional();
        if (positional.size() <= from || !JinjaValue.isText(positional.get(from))) {
            throw new JinjaError(arguments.callee() + "() needs the name of a filter or test");
        }
        return new JinjaArguments(JinjaValue.text(positional.get(from)),
                positional.subList(from + 1, positional.size()),
                arguments.named());
    }

    private record Choice(JinjaArguments arguments, boolean byAttribute, boolean keep) {}

    private static Object choose(JinjaRun run, Object value, Choice choice) {
        List<Object> positional = choice.arguments().positional();
        if (!JinjaValue.truth(value)) {
            return generator(List.of());
        }
        if (choice.byAttribute() && positional.isEmpty()) {
            throw new JinjaError(choice.arguments().callee() + "() needs the name of an attribute");
        }
        Function<Object, Object> read = choice.byAttribute() ? path(positional.getFirst()) : item -> item;
        int from = choice.byAttribute() ? 1 : 0;
        Predicate<Object> test;
        if (positional.size() > from) {
            JinjaArguments inner = inner(choice.arguments(), from);
            test = item -> JinjaTests.holds(run, item, inner);
        } else {
            test = JinjaValue::truth;
        }
        List<Object> chosen = new ArrayList<>();
        for (Object item : run.operators().list(value)) {
            if (test.test(read.apply(item)) == choice.keep()) {
                chosen.add(item);
            }
        }
        return generator(chosen);
    }

    private static Object folded(Object value, JinjaArguments arguments) {
        return JinjaValue.isText(value) && !arguments.isTrue("case_sensitive")
                ? JinjaStrings.lower(JinjaValue.text(value))
                : value;
    }

    private static Object sort(JinjaRun run, Object value, JinjaArguments given) {
        JinjaArguments arguments = given.bind("reverse", "case_sensitive", "attribute");
        List<Function<Object, Object>> keys = new ArrayList<>();
        if (arguments.value("attribute", "") instanceof String names && names.contains(",")) {
            for (String name : names.split(",", -1)) {
                keys.add(path(name));
            }
        } else {
            keys.add(attribute(arguments));
        }
        return sorted(run, run.operators().list(value), arguments.isTrue("reverse"),
                item -> keys.stream().map(key -> folded(key.apply(item), arguments)).toList());
    }

    private static Object dictSort(JinjaRun run, Object value, JinjaArguments given) {
        JinjaArguments arguments = given.bind("case_sensitive", "by", "reverse");
        String by = arguments.given("by") ? arguments.text("by") : "key";
        if (!(value instanceof Map<?, ?> dict) || !List.of("key", "value").contains(by)) {
            throw new JinjaError("dictsort() needs a dict, and by='key' or by='value'; found " + JinjaValue.type(value)
                    + " and by='" + by + "'");
        }
        long place = by.equals("key") ? 0 : 1;
        return sorted(run, JinjaMethods.pairs(dict), arguments.isTrue("reverse"),
                pair -> List.of(folded(JinjaLookup.item(pair, place), arguments)));
    }

    private record Keyed(Object key, Object item) {}

    private static List<Object> sorted(JinjaRun run, List<Object> items, boolean reverse,
            Function<Object, Object> key) {
        List<Keyed> keyed = new ArrayList<>();
        items.forEach(item -> keyed.add(new Keyed(key.apply(item), item)));
        Comparator<Keyed> order = (a, b) -> run.operators().order(a.key(), b.key(), "<");
        keyed.sort(reverse ? order.reversed() : order);
        return keyed.stream().map(Keyed::item).toList();
    }

    private static Object unique(JinjaRun run, Object value, JinjaArguments given) {
        JinjaArguments arguments = given.bind("case_sensitive", "attribute");
        Function<Object, Object> key = attribute(arguments);
        Set<Object> seen = new LinkedHashSet<>();
        List<Object> kept = new ArrayList<>();
        for (Object item : run.operators().list(value)) {
            Object found = JinjaLookup.key(folded(key.apply(item), arguments));
            if (seen.add(JinjaNumbers.isNumber(found) ? numberKey(found) : found)) {
                kept.add(item);
            }
        }
        return generator(kept);
    }

    private static Object numberKey(Object number) {
        boolean broken = number instanceof Double real && (!Double.isFinite(real) || real != Math.rint(real));
        return broken ? number : JinjaNumbers.truncate(number);
    }

    private static Object reverse(JinjaRun run, Object value, JinjaArguments arguments) {
        arguments.bind();
        if (JinjaValue.isText(value)) {
            return JinjaLookup.slice(run.budget(), value,
                    new JinjaLookup.Bounds(JinjaValue.None.NONE, JinjaValue.None.NONE, -1L));
        }
        return generator(run.operators().list(value).reversed());
    }

    private static Object extreme(JinjaRun run, Object value, JinjaArguments given, int sign) {
        JinjaArguments arguments = given.bind("case_sensitive", "attribute");
        Function<Object, Object> key = attribute(arguments);
        List<Object> items = run.operators().list(value);
        if (items.isEmpty()) {
            return new JinjaValue.Undefined("No aggregated item, sequence was empty.");
        }
        Object best = items.getFirst();
        for (Object item : items.subList(1, items.size())) {
            int order = run.operators().order(folded(key.apply(item), arguments), folded(key.apply(best), arguments),
                    sign < 0 ? "<" : ">");
            best = sign * order > 0 ? item : best;
        }
        return best;
    }

    private static Object sum(JinjaRun run, Object value, JinjaArguments given) {
        JinjaArguments arguments = given.bind("attribute", "start");
        Function<Object, Object> part = attribute(arguments);
        Object sum = arguments.value("start", 0L);
        for (Object item : run.operators().list(value)) {
            sum = run.operators().binary("+", sum, part.apply(item));
        }
        return sum;
    }
}
