package dev.hone.text;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** What stands after {@code is}. */
final class JinjaTests {
    private interface Check {
        boolean holds(JinjaRun run, Object value, JinjaArguments arguments);
    }

    private static final Map<String, Check> TABLE = Map.ofEntries(
            plain("defined", value -> !(value instanceof JinjaValue.Undefined)),
            plain("undefined", value -> value instanceof JinjaValue.Undefined),
            plain("none", value -> value == JinjaValue.None.NONE),
            plain("string", JinjaValue::isText),
            plain("mapping", value -> value instanceof Map),
            plain("iterable", JinjaTests::isIterable),
            plain("sequence", JinjaTests::isSequence),
            plain("true", Boolean.TRUE::equals),
            plain("false", Boolean.FALSE::equals),
            plain("boolean", value -> value instanceof Boolean),
            plain("number", JinjaNumbers::isNumber),
            plain("integer", value -> JinjaNumbers.isInteger(value) && !(value instanceof Boolean)),
            plain("float", value -> value instanceof Double),
            plain("callable", value -> value instanceof JinjaValue.Function || value instanceof JinjaValue.Undefined),
            Map.entry("odd", (run, value, arguments) -> isRest(run, value, 1)),
            Map.entry("even", (run, value, arguments) -> isRest(run, value, 0)),
            Map.entry("divisibleby", (run, value, arguments) -> run.operators()
                    .same(run.operators().binary("%", value, arguments.bind("num").value("num")), 0L)),
            compare("==", "=="), compare("eq", "=="), compare("equalto", "=="),
            compare("!=", "!="), compare("ne", "!="),
            compare("<", "<"), compare("lt", "<"), compare("lessthan", "<"),
            compare("<=", "<="), compare("le", "<="),
            compare(">", ">"), compare("gt", ">"), compare("greaterthan", ">"),
            compare(">=", ">="), compare("ge", ">="),
            compare("in", "in"));

    private JinjaTests() {}

    static boolean has(String name) { return TABLE.containsKey(name); }

    static boolean holds(JinjaRun run, Object value, JinjaArguments arguments) {
        Check check = TABLE.get(arguments.callee());
        if (check == null) {
            throw new JinjaError(unknown(arguments.callee()));
        }
        run.budget().read(value);
        return check.holds(run, value, arguments);
    }

    static String unknown(String name) {
        return "the test '" + name + "' is not supported; supported are " + JinjaFilters.listing(TABLE.keySet());
    }

    private static Map.Entry<String, Check> plain(String name, Predicate<Object> test) {
        return Map.entry(name, (run, value, arguments) -> {
            arguments.bind();
            return test.test(value);
        });
    }

    private static Map.Entry<String, Check> compare(String name, String operator) {
        return Map.entry(name, (run, value, arguments) -> run.operators().compare(operator, value,
                arguments.bind("other").value("other")));
    }

    private static boolean isIterable(Object value) {
        return isSequence(value) || value instanceof JinjaValue.View || value instanceof JinjaValue.Generator
                || value instanceof JinjaLoop;
    }

    private static boolean isSequence(Object value) {
        return JinjaValue.isText(value) || value instanceof List || value instanceof Map
                || value instanceof JinjaValue.Tuple
                || value instanceof JinjaValue.Range || value instanceof JinjaValue.Undefined;
    }

    private static boolean isRest(JinjaRun run, Object value, long rest) {
        return run.operators().same(run.operators().binary("%", value, 2L), rest);
    }
}
