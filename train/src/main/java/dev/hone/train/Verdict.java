package dev.hone.train;

import java.util.List;
import java.util.Map;

/**
 * What is found out about a model when its training is over.
 *
 * @param numbers by metric name, for the summary and the report
 * @param lines for the reader
 * @param warnings for the reader and the report
 */
public record Verdict(Map<String, Double> numbers, List<String> lines, List<String> warnings) {
    /** Nothing to say. */
    public static final Verdict NONE = new Verdict(Map.of(), List.of(), List.of());

    public Verdict {
        numbers = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(numbers));
        lines = List.copyOf(lines);
        warnings = List.copyOf(warnings);
    }
}
