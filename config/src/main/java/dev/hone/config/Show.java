package dev.hone.config;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** How values appear in messages: short, on one line, without control characters. */
final class Show {
    private static final int LONGEST = 80;

    private Show() {}

    static String value(Object value) {
        return switch (value) {
            case Double number -> number(number);
            case Number number -> number.toString();
            case Boolean truth -> truth.toString();
            case Enum<?> constant -> Names.choice(constant);
            case Optional<?> optional -> optional.map(Show::value).orElse("nothing");
            case Collection<?> list ->
                shorten(list.stream().map(each -> value(each)).collect(Collectors.joining(", ", "[", "]")));
            case Map<?, ?> map -> shorten(map.toString());
            default -> quoted(value.toString());
        };
    }

    /** A number as people write it: 1 for 1.0, 2e-5 for 2.0E-5. */
    static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return Long.toString((long) value);
        }
        return Double.toString(value).replace(".0E", "e").replace('E', 'e');
    }

    static String quoted(String text) { return '"' + shorten(text) + '"'; }

    static String shorten(String text) {
        String clean = clean(text);
        return clean.codePointCount(0, clean.length()) <= LONGEST
                ? clean
                : clean.substring(0, clean.offsetByCodePoints(0, LONGEST)) + "…";
    }

    /** Without characters that move the cursor or hide text on a terminal. */
    static String clean(String text) {
        return text.codePoints().map(
                point -> Character.isISOControl(point) || Character.getType(point) == Character.FORMAT ? ' ' : point)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
    }
}
