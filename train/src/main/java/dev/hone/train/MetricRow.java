package dev.hone.train;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * One line of {@code metrics.jsonl}.
 *
 * @param step optimizer steps done
 * @param time seconds since 1970-01-01 UTC
 * @param values metrics; JSON has no NaN and no infinities, so these are written as strings
 */
record MetricRow(long step, double time, Map<String, Double> values) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    MetricRow {
        if (values.containsKey("step") || values.containsKey("time")) {
            throw new IllegalArgumentException("found a metric named step or time in " + values.keySet()
                    + ", expected other names: these two are the row's own columns");
        }
    }

    String json() {
        ObjectNode row = JSON.createObjectNode();
        row.put("step", step);
        row.put("time", time);
        values.forEach((name, value) -> {
            if (Double.isFinite(value)) {
                row.put(name, value);
            } else {
                row.put(name, Double.toString(value));
            }
        });
        return JSON.writeValueAsString(row);
    }

    /** The row of a line, or empty when the line is torn or no row at all. */
    static Optional<MetricRow> parse(String line) {
        try {
            JsonNode row = JSON.readTree(line);
            JsonNode step = row.path("step");
            if (!row.isObject() || !step.isIntegralNumber() || !step.canConvertToLong()) {
                return Optional.empty();
            }
            Map<String, Double> values = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> entry : row.properties()) {
                number(entry.getValue()).ifPresent(value -> values.put(entry.getKey(), value));
            }
            values.remove("step");
            Double time = values.remove("time");
            return Optional.of(new MetricRow(step.longValue(), time == null ? Double.NaN : time, values));
        } catch (JacksonException torn) {
            return Optional.empty();
        }
    }

    private static Optional<Double> number(JsonNode node) {
        if (node.isNumber()) {
            return Optional.of(node.doubleValue());
        }
        return switch (node.isString() ? node.stringValue() : "") {
            case "NaN" -> Optional.of(Double.NaN);
            case "Infinity" -> Optional.of(Double.POSITIVE_INFINITY);
            case "-Infinity" -> Optional.of(Double.NEGATIVE_INFINITY);
            default -> Optional.empty();
        };
    }
}
