package dev.hone.config;

import java.util.LinkedHashMap;
import java.util.Map;

/** The allowed numbers of a setting; {@code above} and {@code below} are themselves outside. */
record Range(double min, double above, double max, double below) {
    Range {
        boolean twice = (min > Double.NEGATIVE_INFINITY && above > Double.NEGATIVE_INFINITY)
                || (max < Double.POSITIVE_INFINITY && below < Double.POSITIVE_INFINITY);
        if (twice || !(Math.max(min, above) <= Math.min(max, below))) {
            throw new IllegalArgumentException("a range with bounds that exclude each other");
        }
    }

    static Range of(Setting setting) {
        return new Range(setting.min(), setting.above(), setting.max(), setting.below());
    }

    boolean contains(double value) { return value >= min && value > above && value <= max && value < below; }

    boolean unbounded() { return words().isEmpty(); }

    /** "between 0 and 1", "of at least 1", "above 0 and at most 1" …; empty without bounds. */
    String words() {
        if (min > Double.NEGATIVE_INFINITY && max < Double.POSITIVE_INFINITY) {
            return "between " + Show.number(min) + " and " + Show.number(max);
        }
        String lower = min > Double.NEGATIVE_INFINITY
                ? "of at least " + Show.number(min)
                : above > Double.NEGATIVE_INFINITY ? "above " + Show.number(above) : "";
        String upper = max < Double.POSITIVE_INFINITY
                ? (lower.isEmpty() ? "of at most " : "at most ") + Show.number(max)
                : below < Double.POSITIVE_INFINITY ? "below " + Show.number(below) : "";
        return lower + (lower.isEmpty() || upper.isEmpty() ? "" : " and ") + upper;
    }

    Map<String, Object> schema() {
        Map<String, Object> schema = new LinkedHashMap<>();
        put(schema, "minimum", min);
        put(schema, "exclusiveMinimum", above);
        put(schema, "maximum", max);
        put(schema, "exclusiveMaximum", below);
        return schema;
    }

    private static void put(Map<String, Object> schema, String keyword, double bound) {
        if (!Double.isInfinite(bound)) {
            boolean whole = bound == Math.rint(bound) && Math.abs(bound) < 1e15;
            schema.put(keyword, whole ? (Object) (long) bound : (Object) bound);
        }
    }
}
