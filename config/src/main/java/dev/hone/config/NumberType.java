package dev.hone.config;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** int, long and double. Whole numbers may be written 1e3; infinities, NaN, octal and hexadecimal are not numbers here. */
record NumberType(Class<? extends Number> type, Range range) implements ValueType {
    private static final Pattern NUMBER = Pattern
            .compile("[-+]?(?:(?:0|[1-9]\\d*)(?:\\.\\d*)?|\\.\\d+)(?:[eE][-+]?\\d{1,4})?");
    private static final int LONGEST = 400;

    static boolean isNumber(String text) { return text.length() <= LONGEST && NUMBER.matcher(text).matches(); }

    @Override
    public Object read(Value value) {
        if (!(value instanceof Value.Scalar(Value.Kind kind, String text)) || kind == Value.Kind.TRUTH
                || !isNumber(text)) {
            throw new Mismatch(value.shown(), expected(), "");
        }
        if (kind == Value.Kind.TEXT) {
            throw new Mismatch(value.shown(), expected(), "Write it without quotes: " + Show.shorten(text) + ".");
        }
        Number number = type == Double.class ? (Number) Double.valueOf(text) : whole(value, text);
        if (!Double.isFinite(number.doubleValue()) || !range.contains(number.doubleValue())) {
            throw new Mismatch(value.shown(), expected(), "");
        }
        return number;
    }

    private Number whole(Value value, String text) {
        BigDecimal number = new BigDecimal(text);
        try {
            long exact = number.longValueExact();
            return type == Integer.class ? (Number) Math.toIntExact(exact) : (Number) exact;
        } catch (ArithmeticException fractionOrOverflow) {
            boolean fraction = number.stripTrailingZeros().scale() > 0;
            throw new Mismatch(value.shown(), fraction
                    ? expected()
                    : "a whole number that fits into "
                            + (type == Integer.class ? "32" : "64") + " bits",
                    "");
        }
    }

    @Override
    public Object plain(Object value) { return value; }

    @Override
    public String expected() {
        return (label().equals("int") ? "a whole number " : "a number ").concat(range.words()).strip();
    }

    @Override
    public String label() { return type == Double.class ? "number" : "int"; }

    @Override
    public Map<String, Object> schema() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", type == Double.class ? "number" : "integer");
        schema.putAll(range.schema());
        return schema;
    }
}
