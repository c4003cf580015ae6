package dev.hone.text;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code 'text' % values}: the directives s, r, d, i, f and x with flags, width and precision. */
final class JinjaFormat {
    private static final Pattern DIRECTIVE = Pattern.compile("%(?:%|([-0+ ]*)(\\d{0,6})(?:\\.(\\d{0,3}))?([a-zA-Z]))");

    private final JinjaBudget budget;
    private final JinjaPrinter printer;

    JinjaFormat(JinjaBudget budget, JinjaPrinter printer) {
        this.budget = budget;
        this.printer = printer;
    }

    String format(String format, Object values) {
        List<Object> arguments = values instanceof JinjaValue.Tuple tuple ? tuple.items() : List.of(values);
        StringBuilder out = new StringBuilder();
        Matcher directive = DIRECTIVE.matcher(format);
        int used = 0;
        int at = 0;
        for (int next = format.indexOf('%'); next >= 0; next = format.indexOf('%', at)) {
            if (!directive.find(next) || directive.start() != next) {
                throw new JinjaError("the format after character " + next + " of '" + format + "' is not supported");
            }
            budget.append(out, format.substring(at, next));
            at = directive.end();
            if (directive.group().equals("%%")) {
                budget.append(out, "%");
            } else if (used == arguments.size()) {
                throw new JinjaError("not enough arguments for format string");
            } else {
                budget.append(out, padded(directive, arguments.get(used++)));
            }
        }
        if (used < arguments.size() && !isSubscriptable(values)) {
            throw new JinjaError("not all arguments converted during string formatting");
        }
        budget.append(out, format.substring(at));
        return out.toString();
    }

    /** Python lets these be left over, because they could be read by name. */
    private static boolean isSubscriptable(Object values) {
        return values instanceof Map || values instanceof List || values instanceof JinjaValue.Range
                || values instanceof JinjaValue.Undefined;
    }

    private String padded(Matcher directive, Object value) {
        String flags = directive.group(1);
        int width = directive.group(2).isEmpty() ? 0 : Integer.parseInt(directive.group(2));
        String text = converted(directive, value);
        boolean number = "dixf".contains(directive.group(4));
        if (number && !text.startsWith("-") && (flags.contains("+") || flags.contains(" "))) {
            text = (flags.contains("+") ? "+" : " ") + text;
        }
        String fill = " ".repeat(Math.max(0, width - JinjaStrings.length(text)));
        if (flags.contains("-")) {
            return text + fill;
        }
        if (number && flags.contains("0")) {
            int sign = text.startsWith("-") || text.startsWith("+") || text.startsWith(" ") ? 1 : 0;
            return text.substring(0, sign) + fill.replace(' ', '0') + text.substring(sign);
        }
        return fill + text;
    }

    private String converted(Matcher directive, Object value) {
        String precision = directive.group(3);
        int digits = precision == null || precision.isEmpty() ? -1 : Integer.parseInt(precision);
        return switch (directive.group(4)) {
            case "s" -> cut(printer.print(value), digits);
            case "r" -> cut(printer.represent(value), digits);
            case "d", "i" -> integer(JinjaNumbers.truncate(number(value)).toString(), digits);
            case "x" -> integer(JinjaNumbers.big(value).toString(16), digits);
            case "f" -> fixed(JinjaNumbers.real(number(value)), digits < 0 ? 6 : digits);
            default -> throw new JinjaError("the format %" + directive.group(4) + " is not supported");
        };
    }

    private static Object number(Object value) {
        if (!JinjaNumbers.isNumber(value)) {
            throw new JinjaError("format: a real number is required, not " + JinjaValue.type(value));
        }
        return value;
    }

    private static String cut(String text, int length) {
        return length < 0 || length >= JinjaStrings.length(text)
                ? text
                : text.substring(0, JinjaStrings.offset(text, length));
    }

    private static String integer(String digits, int least) {
        String sign = digits.startsWith("-") ? "-" : "";
        String rest = digits.substring(sign.length());
        return sign + "0".repeat(Math.max(0, least - rest.length())) + rest;
    }

    private static String fixed(double value, int digits) {
        if (!Double.isFinite(value)) {
            return JinjaNumbers.repr(value);
        }
        String text = new BigDecimal(Math.abs(value)).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
        return (value < 0 || 1 / value < 0 ? "-" : "") + text;
    }
}
