package dev.hone.text;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns JSON-like Java values into those of {@link JinjaValue}. */
final class JinjaInput {
    private static final int MAX_DEPTH = 200;

    private JinjaInput() {}

    static Map<String, Object> variables(Map<String, ?> variables) {
        Map<String, Object> converted = new LinkedHashMap<>();
        variables.forEach((name, value) -> converted.put(name, value(name, value, 0)));
        return converted;
    }

    private static Object value(String where, @Nullable Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw new TemplateException(
                    "the variable '" + where + "' is nested more than " + MAX_DEPTH + " levels deep");
        }
        return switch (value) {
            case null -> JinjaValue.None.NONE;
            case JinjaValue.None none -> none;
            case String text -> text;
            case Boolean truth -> truth;
            case Integer integer -> (long) integer;
            case Long integer -> integer;
            case Short integer -> (long) integer;
            case Byte integer -> (long) integer;
            case BigInteger integer -> JinjaNumbers.normal(integer);
            case Double real -> real;
            case Float real -> (double) real;
            case BigDecimal real -> real.doubleValue();
            case Map<?, ?> dict -> dict(where, dict, depth);
            case Collection<?> list -> list(where, list, depth);
            default -> throw new TemplateException("the variable '" + where + "' holds a " + value.getClass().getName()
                    + ": expected what JSON has (text, number, true, false, null, list, map)");
        };
    }

    private static Map<Object, Object> dict(String where, Map<?, ?> dict, int depth) {
        Map<Object, Object> converted = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : dict.entrySet()) {
            converted.put(String.valueOf(entry.getKey()), value(where, entry.getValue(), depth + 1));
        }
        return converted;
    }

    private static List<Object> list(String where, Collection<?> list, int depth) {
        List<Object> converted = new ArrayList<>(list.size());
        for (Object item : list) {
            converted.add(value(where, item, depth + 1));
        }
        return converted;
    }
}
