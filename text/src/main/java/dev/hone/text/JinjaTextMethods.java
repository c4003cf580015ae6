package dev.hone.text;

import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** The methods of Python's str. */
final class JinjaTextMethods {
    private interface TextMethod {
        Object call(JinjaRun run, String text, JinjaArguments arguments);
    }

    static final Map<String, JinjaMethods.Method> TABLE = Map.ofEntries(
            simple("lower", JinjaStrings::lower), simple("upper", JinjaStrings::upper),
            simple("title", JinjaStrings::title), simple("capitalize", JinjaStrings::capitalize),
            simple("swapcase", JinjaTextMethods::swapCase),
            all("isspace", JinjaStrings::isSpace), all("isdigit", JinjaTextMethods::isDigit),
            all("isalpha", Character::isLetter), all("isnumeric", JinjaTextMethods::isNumeric),
            all("isalnum", c -> Character.isLetter(c) || isNumeric(c)),
            asks("isupper", text -> isCased(text) && JinjaStrings.upper(text).equals(text)),
            asks("islower", text -> isCased(text) && JinjaStrings.lower(text).equals(text)),
            entry("strip", (run, text, arguments) -> strip(text, arguments, true, true)),
            entry("lstrip", (run, text, arguments) -> strip(text, arguments, true, false)),
            entry("rstrip", (run, text, arguments) -> strip(text, arguments, false, true)),
            entry("split", (run, text, arguments) -> split(run, text, arguments)),
            entry("rsplit", (run, text, arguments) -> splitFromRight(run, text, arguments)),
            entry("splitlines", (run, text, arguments) -> lines(run, text, arguments)),
            entry("partition", (run, text, arguments) -> partition(text, arguments, true)),
            entry("rpartition", (run, text, arguments) -> partition(text, arguments, false)),
            entry("startswith", (run, text, arguments) -> matches(text, arguments, true)),
            entry("endswith", (run, text, arguments) -> matches(text, arguments, false)),
            entry("removeprefix", (run, text, arguments) -> without(text, arguments, true)),
            entry("removesuffix", (run, text, arguments) -> without(text, arguments, false)),
            entry("find", (run, text, arguments) -> find(text, arguments, false)),
            entry("rfind", (run, text, arguments) -> find(text, arguments, true)),
            entry("index", (run, text, arguments) -> found(find(text, arguments, false))),
            entry("rindex", (run, text, arguments) -> found(find(text, arguments, true))),
            entry("count", (run, text, arguments) -> count(text, arguments)),
            entry("replace", JinjaTextMethods::replace),
            entry("join",
                    (run, text, arguments) -> join(run, text, arguments.bindPositional("iterable").value("iterable"))),
            entry("zfill", JinjaTextMethods::zeroFill),
            entry("ljust", (run, text, arguments) -> justify(run, text, arguments, 0)),
            entry("rjust", (run, text, arguments) -> justify(run, text, arguments, 2)),
            entry("center", (run, text, arguments) -> justify(run, text, arguments, 1)));

    private JinjaTextMethods() {}

    private static Map.Entry<String, JinjaMethods.Method> entry(String name, TextMethod method) {
        return Map.entry(name, (run, receiver, arguments) -> {
            Object result = method.call(run, JinjaValue.text(receiver), arguments);
            return receiver instanceof String ? result : marked(result);
        });
    }

    /** A method of Markup gives Markup where that of str gives str. */
    private static Object marked(Object result) {
        return switch (result) {
            case String text -> new JinjaValue.Markup(text);
            case List<?> list -> list.stream().map(JinjaTextMethods::marked).toList();
            case JinjaValue.Tuple tuple ->
                new JinjaValue.Tuple(tuple.items().stream().map(JinjaTextMethods::marked).toList());
            default -> result;
        };
    }

    private static Map.Entry<String, JinjaMethods.Method> simple(String name, UnaryOperator<String> change) {
        return entry(name, (run, text, arguments) -> {
            arguments.bindPositional();
            run.budget().text(text.length());
            return change.apply(text);
        });
    }

    private static Map.Entry<String, JinjaMethods.Method> asks(String name, Predicate<String> question) {
        return entry(name, (run, text, arguments) -> {
            arguments.bindPositional();
            return question.test(text);
        });
    }

    private static Map.Entry<String, JinjaMethods.Method> all(String name, IntPredicate question) {
        return asks(name, text -> !text.isEmpty() && text.codePoints().allMatch(question));
    }

    private static String swapCase(String text) {
        StringBuilder result = new StringBuilder(text.length());
        text.codePoints().mapToObj(Character::toString)
                .forEach(c -> result
                        .append(JinjaStrings.upper(c).equals(c) ? JinjaStrings.lower(c) : JinjaStrings.upper(c)));
        return result.toString();
    }

    private static boolean isDigit(int c) {
        return Character.isDigit(c) || "²³¹".indexOf(c) >= 0 || (c >= 0x2070 && c <= 0x2089);
    }

    private static boolean isNumeric(int c) {
        int type = Character.getType(c);
        return isDigit(c) || type == Character.LETTER_NUMBER || type == Character.OTHER_NUMBER;
    }

    private static boolean isCased(String text) {
        return text.codePoints().anyMatch(c -> Character.isUpperCase(c) || Character.isLowerCase(c));
    }

    private static Object strip(String text, JinjaArguments given, boolean left, boolean right) {
        JinjaArguments arguments = given.bindPositional("chars");
        if (!arguments.given("chars")) {
            return JinjaStrings.strip(text, JinjaStrings::isSpace, left, right);
        }
        String characters = arguments.text("chars");
        return JinjaStrings.strip(text, c -> characters.indexOf(c) >= 0, left, right);
    }

    private static Object split(JinjaRun run, String text, JinjaArguments given) {
        JinjaArguments arguments = given.bind("sep", "maxsplit");
        long limit = arguments.integer("maxsplit", -1);
        return arguments.given("sep")
                ? List.<Object>copyOf(JinjaStrings.split(run.budget(), text, arguments.text("sep"), limit))
                : List.<Object>copyOf(JinjaStrings.splitSpace(run.budget(), text, limit));
    }

    private static Object splitFromRight(JinjaRun run, String text, JinjaArguments given) {
        JinjaArguments arguments = given.bind("sep", "maxsplit");
        if (!arguments.given("sep")) {
            throw new JinjaError("rsplit() without a separator is not supported");
        }
        return List.<Object>copyOf(
                JinjaStrings.splitFromRight(run.budget(), text, arguments.text("sep"),
                        arguments.integer("maxsplit", -1)));
    }

    private static Object lines(JinjaRun run, String text, JinjaArguments given) {
        return List.<Object>copyOf(JinjaStrings.lines(run.budget(), text, given.bind("keepends").isTrue("keepends")));
    }

    private static Object partition(String text, JinjaArguments given, boolean first) {
        String separator = given.bindPositional("sep").text("sep");
        JinjaStrings.requireSeparator(separator);
        int at = first ? text.indexOf(separator) : text.lastIndexOf(separator);
        if (at < 0) {
            return first ? JinjaValue.Tuple.of(text, "", "") : JinjaValue.Tuple.of("", "", text);
        }
        return JinjaValue.Tuple.of(text.substring(0, at), separator, text.substring(at + separator.length()));
    }

    private static Object matches(String whole, JinjaArguments given, boolean start) {
        JinjaArguments arguments = given.bindPositional("part", "start", "end");
        String text = part(whole, arguments).text();
        Object wanted = arguments.value("part");
        List<Object> choices = wanted instanceof JinjaValue.Tuple tuple ? tuple.items() : List.of(wanted);
        for (Object choice : choices) {
            if (!JinjaValue.isText(choice)) {
                throw new JinjaError(
                        given.callee() + "() first arg must be str or a tuple of str, not " + JinjaValue.type(choice));
            }
            String part = JinjaValue.text(choice);
            if (start ? text.startsWith(part) : text.endsWith(part)) {
                return true;
            }
        }
        return false;
    }

    private static Object without(String text, JinjaArguments given, boolean start) {
        String part = given.bindPositional("part").text("part");
        if (start) {
            return text.startsWith(part) ? text.substring(part.length()) : text;
        }
        return text.endsWith(part) ? text.substring(0, text.length() - part.length()) : text;
    }

    private record Part(String text, long start) {}

    /** The part of a text that the arguments start and end choose. */
    private static Part part(String text, JinjaArguments arguments) {
        if (!arguments.given("start") && !arguments.given("end")) {
            return new Part(text, 0);
        }
        JinjaLookup.Bounds bounds = new JinjaLookup.Bounds(arguments.value("start", JinjaValue.None.NONE),
                arguments.value("end", JinjaValue.None.NONE), 1L);
        long[] part = bounds.within(JinjaStrings.length(text));
        int from = JinjaStrings.offset(text, part[0]);
        return new Part(text.substring(from, Math.max(from, JinjaStrings.offset(text, part[1]))), part[0]);
    }

    private static Long find(String text, JinjaArguments given, boolean last) {
        JinjaArguments arguments = given.bindPositional("sub", "start", "end");
        Part part = part(text, arguments);
        String wanted = arguments.text("sub");
        int at = last ? part.text().lastIndexOf(wanted) : part.text().indexOf(wanted);
        return at < 0 ? -1L : part.start() + part.text().codePointCount(0, at);
    }

    private static Object found(Long at) {
        if (at < 0) {
            throw new JinjaError("substring not found");
        }
        return at;
    }

    private static Object count(String text, JinjaArguments given) {
        JinjaArguments arguments = given.bindPositional("sub", "start", "end");
        return JinjaStrings.count(part(text, arguments).text(), arguments.text("sub"));
    }

    private static Object replace(JinjaRun run, String text, JinjaArguments given) {
        JinjaArguments arguments = given.bind("old", "new", "count");
        return JinjaStrings.replace(run.budget(), text, new JinjaStrings.Replacement(arguments.text("old"),
                arguments.text("new"), arguments.integer("count", -1)));
    }

    private static Object join(JinjaRun run, String separator, Object items) {
        StringBuilder joined = new StringBuilder();
        int place = 0;
        for (Object item : run.operators().list(items)) {
            if (!JinjaValue.isText(item)) {
                throw new JinjaError(
                        "sequence item " + place + ": expected str instance, " + JinjaValue.type(item) + " found");
            }
            run.budget().append(joined, place == 0 ? "" : separator);
            run.budget().append(joined, JinjaValue.text(item));
            place++;
        }
        return joined.toString();
    }

    private static Object zeroFill(JinjaRun run, String text, JinjaArguments given) {
        long missing = given.bindPositional("width").integer("width", 0) - JinjaStrings.length(text);
        int sign = text.startsWith("+") || text.startsWith("-") ? 1 : 0;
        return text.substring(0, sign) + run.operators().repeat("0", Math.max(0, missing)) + text.substring(sign);
    }

    private static Object justify(JinjaRun run, String text, JinjaArguments given, int side) {
        JinjaArguments arguments = given.bindPositional("width", "fillchar");
        String fill = arguments.given("fillchar") ? arguments.text("fillchar") : " ";
        if (JinjaStrings.length(fill) != 1) {
            throw new JinjaError("the fill character must be exactly one character long");
        }
        long width = arguments.integer("width", 0);
        long missing = Math.max(0, width - JinjaStrings.length(text));
        long left = side == 1 ? missing / 2 + (missing & width & 1) : side == 0 ? 0 : missing;
        return run.operators().repeat(fill, left) + text + run.operators().repeat(fill, missing - left);
    }
}
