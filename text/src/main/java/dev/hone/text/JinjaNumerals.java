package dev.hone.text;

import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Numbers written as text, as Python's {@code int(text)} and {@code float(text)} read them. */
final class JinjaNumerals {
    private static final Pattern REAL = Pattern
            .compile("[+-]?(\\d+(_\\d+)*\\.?(\\d+(_\\d+)*)?|\\.\\d+(_\\d+)*)([eE][+-]?\\d+(_\\d+)*)?");
    private static final Pattern NOT_FINITE = Pattern.compile("[+-]?(inf|infinity|nan)", Pattern.CASE_INSENSITIVE);
    private static final Pattern DIGITS = Pattern.compile("[+-]?[0-9a-zA-Z]+(_[0-9a-zA-Z]+)*");
    private static final int MAX_DIGITS = 4300;

    private JinjaNumerals() {}

    /** {@code int(text, base)}, else {@code int(float(text))}, else the other value. */
    static Object integer(String given, long base, Object otherwise) {
        String text = JinjaStrings.strip(given);
        Optional<BigInteger> whole = whole(text, base);
        if (whole.isPresent()) {
            return JinjaNumbers.normal(whole.get());
        }
        return real(text).filter(Double::isFinite).map(JinjaNumbers::truncate).orElse(otherwise);
    }

    static Optional<Double> real(String given) {
        String text = JinjaStrings.strip(given);
        if (NOT_FINITE.matcher(text).matches()) {
            boolean nan = text.toLowerCase(Locale.ROOT).endsWith("nan");
            return Optional
                    .of(nan ? Double.NaN : text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
        }
        return text.length() <= MAX_DIGITS && REAL.matcher(text).matches()
                ? Optional.of(Double.valueOf(text.replace("_", "")))
                : Optional.empty();
    }

    private static Optional<BigInteger> whole(String text, long base) {
        if ((base != 0 && (base < 2 || base > 36)) || text.length() > MAX_DIGITS || !DIGITS.matcher(text).matches()) {
            return Optional.empty();
        }
        String sign = text.startsWith("-") ? "-" : "";
        String digits = text.substring(text.startsWith("-") || text.startsWith("+") ? 1 : 0).replace("_", "");
        long radix = base;
        if (digits.length() > 2 && digits.charAt(0) == '0') {
            long marked = switch (Character.toLowerCase(digits.charAt(1))) {
                case 'x' -> 16;
                case 'o' -> 8;
                case 'b' -> 2;
                default -> -1;
            };
            if (marked > 0 && (base == marked || base == 0)) {
                digits = digits.substring(2);
                radix = marked;
            }
        }
        try {
            return Optional.of(new BigInteger(sign + digits, (int) (radix == 0 ? 10 : radix)));
        } catch (NumberFormatException notAnInteger) {
            return Optional.empty();
        }
    }

    /** An int as a template writes it: decimal, or with 0x, 0o or 0b; underscores between digits. */
    static Object literal(String written) {
        if (written.length() > MAX_DIGITS) {
            throw new JinjaError("an int may have at most " + MAX_DIGITS + " digits");
        }
        String digits = written.replace("_", "");
        String prefix = digits.length() > 2 ? digits.substring(0, 2).toLowerCase(Locale.ROOT) : "";
        int radix = switch (prefix) {
            case "0x" -> 16;
            case "0o" -> 8;
            case "0b" -> 2;
            default -> 10;
        };
        return JinjaNumbers.normal(new BigInteger(radix == 10 ? digits : digits.substring(2), radix));
    }
}
