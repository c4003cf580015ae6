package dev.hone.text;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/** The filters of one value, and the table of all filters. */
final class JinjaFilters {
    interface Filter {
        Object apply(JinjaRun run, Object value, JinjaArguments arguments);
    }

    private static final Map<String, Filter> OWN = Map.ofEntries(
            Map.entry("tojson", JinjaJson::write),
            Map.entry("string", (run, value, arguments) -> soft(run, value)),
            Map.entry("safe", (run, value, arguments) -> new JinjaValue.Markup(run.printer().print(value))),
            Map.entry("trim", JinjaFilters::trim),
            text("lower", JinjaStrings::lower), text("upper", JinjaStrings::upper),
            text("capitalize", JinjaStrings::capitalize),
            Map.entry("title", (run, value, arguments) -> title(run.printer().print(value))),
            Map.entry("replace", JinjaFilters::replace),
            Map.entry("indent", JinjaFilters::indent),
            Map.entry("default", JinjaFilters::otherwise), Map.entry("d", JinjaFilters::otherwise),
            Map.entry("length", (run, value, arguments) -> JinjaOperators.length(value)),
            Map.entry("count", (run, value, arguments) -> JinjaOperators.length(value)),
            Map.entry("int", JinjaFilters::integer),
            Map.entry("float", JinjaFilters::real),
            Map.entry("abs", (run, value, arguments) -> absolute(value)),
            Map.entry("round", JinjaFilters::round));

    private JinjaFilters() {}

    static boolean has(String name) { return OWN.containsKey(name) || JinjaSequenceFilters.TABLE.containsKey(name); }

    static Object apply(JinjaRun run, Object value, JinjaArguments arguments) {
        String name = arguments.callee();
        Filter filter = OWN.getOrDefault(name, JinjaSequenceFilters.TABLE.get(name));
        if (filter == null) {
            throw new JinjaError(unknown(name));
        }
        run.budget().read(value);
        return filter.apply(run, value, arguments);
    }

    static String unknown(String name) {
        Collection<String> known = new TreeSet<>(OWN.keySet());
        known.addAll(JinjaSequenceFilters.TABLE.keySet());
        return "the filter '" + name + "' is not supported; supported are " + listing(known);
    }

    static String listing(Collection<String> names) { return String.join(", ", new TreeSet<>(names)); }

    /** The text of a value; Markup stays Markup. */
    private static Object soft(JinjaRun run, Object value) {
        return value instanceof JinjaValue.Markup ? value : run.printer().print(value);
    }

    private static Object like(Object original, String text) {
        return original instanceof JinjaValue.Markup ? new JinjaValue.Markup(text) : text;
    }

    private static Map.Entry<String, Filter> text(String name, UnaryOperator<String> change) {
        return Map.entry(name, (run, value, arguments) -> {
            arguments.bind();
            return like(value, change.apply(run.printer().print(value)));
        });
    }

    private static Object trim(JinjaRun run, Object value, JinjaArguments given) {
        JinjaArguments arguments = given.bind("chars");
        String text = run.printer().print(value);
        if (!arguments.given("chars")) {
            return like(value, JinjaStrings.strip(text));
        }
        String characters = arguments.text("chars");
        return like(value, JinjaStrings.strip(text, c -> characters.indexOf(c) >= 0, true, true));
    }

    /** Unlike {@code str.title()}: words begin after white space, a hyphen or an opening bracket. */
    private static String title(String text) {
        StringBuilder result = new StringBuilder(text.length());
        boolean atStart = true;
        for (int i = 0; i < text.length();) {
            int c = text.codePointAt(i);
            String one = Character.toString(c);
            result.append(atStart ? JinjaStrings.upper(one) : JinjaStrings.lower(one));
            atStart = JinjaStrings.isSpace(c) || "-({[<".indexOf(c) >= 0;
            i += Character.charCount(c);
        }
        return result.toString();
    }

    private static Object replace(JinjaRun run, Object value, JinjaArguments given) {
        JinjaArguments arguments = given.bind("old", "new", "count");
        return JinjaStrings.replace(run.budget(), run.printer().print(value), new JinjaStrings.Replacement(
                run.printer().print(arguments.value("old")), run.printer().print(arguments.value("new")),
                arguments.given("count") ? arguments.integer("count", -1) : -1));
    }

    private static Object indent(JinjaRun run, Object value, JinjaArguments given) {
        JinjaArguments arguments = given.bind("width", "first", "blank");
        if (!JinjaValue.isText(value)) {
            throw new JinjaError("indent() needs a str, found " + JinjaValue.type(value));
        }
        Object width = arguments.value("width", 4L);
        String indent = JinjaValue.isText(width)
                ? JinjaValue.text(width)
                : run.operators().repeat(" ", Math.max(0, JinjaNumbers.index(width)));
        List<String> lines = JinjaStrings.lines(run.budget(), JinjaValue.text(value) + "\n", false);
        StringBuilder result = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            run.budget().append(result, i == 0 ? "" : "\n");
            boolean indented = i == 0
                    ? arguments.isTrue("first")
                    : arguments.isTrue("blank") || !lines.get(i).isEmpty();
            run.budget().append(result, indented ? indent : "");
            run.budget().append(result, lines.get(i));
        }
        return like(value, result.toString());
    }

    private static Object otherwise(JinjaRun run, Object value, JinjaArguments given) {
        JinjaArguments arguments = given.bind("default_value", "boolean");
        boolean missing = value instanceof JinjaValue.Undefined
                || (arguments.isTrue("boolean") && !JinjaValue.truth(value));
        return missing ? arguments.value("default_value", "") : value;
    }

    private static Object integer(JinjaRun run, Object value, JinjaArguments given) {
        JinjaArguments arguments = given.bind("default", "base");
        Object otherwise = arguments.value("default", 0L);
        JinjaOperators.requireDefined(value);
        if (JinjaNumbers.isNumber(value)) {
            return value instanceof Double real && !Double.isFinite(real) ? otherwise : JinjaNumbers.truncate(value);
        }
        return JinjaValue.isText(value)
                ? JinjaNumerals.integer(JinjaValue.text(value), arguments.integer("base", 10), otherwise)
                : otherwise;
    }

    private static Object real(JinjaRun run, Object value, JinjaArguments given) {
        Object otherwise = given.bind("default").value("default", 0.0);
        JinjaOperators.requireDefined(value);
        if (JinjaNumbers.isNumber(value)) {
            return JinjaNumbers.real(value);
        }
        return JinjaValue.isText(value)
                ? JinjaNumerals.real(JinjaValue.text(value)).<Object>map(x -> x).orElse(otherwise)
                : otherwise;
    }

    private static Object absolute(Object value) {
        if (!JinjaNumbers.isNumber(value)) {
            throw new JinjaError("bad operand type for abs(): '" + JinjaValue.type(value) + "'");
        }
        return value instanceof Double real
                ? (Object) Math.abs(real)
                : JinjaNumbers.normal(JinjaNumbers.big(value).abs());
    }

    private static Object round(JinjaRun run, Object value, JinjaArguments given) {
        JinjaArguments arguments = given.bind("precision", "method");
        String method = arguments.given("method") ? arguments.text("method") : "common";
        if (!List.of("common", "ceil", "floor").contains(method)) {
            throw new JinjaError("round() method must be common, ceil or floor, found '" + method + "'");
        }
        if (!JinjaNumbers.isNumber(value)) {
            throw new JinjaError("type " + JinjaValue.type(value) + " cannot be rounded");
        }
        long precision = arguments.integer("precision", 0);
        if (method.equals("common")) {
            return JinjaNumbers.round(value, precision);
        }
        Object factor = JinjaNumbers.arithmetic("**", 10L, precision);
        Object scaled = JinjaNumbers.arithmetic("*", value, factor);
        Object whole = scaled instanceof Double real
                ? JinjaNumbers.truncate(method.equals("ceil") ? Math.ceil(real) : Math.floor(real))
                : scaled;
        return JinjaNumbers.arithmetic("/", whole, factor);
    }
}
