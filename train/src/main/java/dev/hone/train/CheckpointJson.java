package dev.hone.train;

import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Reads a checkpoint's JSON files with errors that name the file and the key. */
final class CheckpointJson {
    // One integer type, so that what is read back equals what was written whatever its size.
    static final JsonMapper MAPPER = JsonMapper.builder().enable(DeserializationFeature.USE_LONG_FOR_INTS).build();

    private static final String ADVICE = "The checkpoint is damaged or was edited: take another one.";

    private final JsonNode node;
    private final Path file;

    CheckpointJson(JsonNode node, Path file) {
        this.node = node;
        this.file = file;
    }

    static CheckpointJson parse(byte[] json, Path file) {
        try {
            return new CheckpointJson(MAPPER.readTree(json), file);
        } catch (JacksonException e) {
            throw new CheckpointException("Found text that is not JSON (" + e.getOriginalMessage()
                    + "), expected a JSON object, in " + file + ". " + ADVICE, e);
        }
    }

    static byte[] bytes(ObjectNode root) { return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(root); }

    long count(String key) {
        JsonNode value = node.path(key);
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
            throw wrong(key, value, "a whole number of at least 0");
        }
        return value.longValue();
    }

    double number(String key) { return optionalNumber(key).orElseThrow(() -> wrong(key, node.path(key), "a number")); }

    /** A number that may be missing; those that JSON lacks stand as text. */
    OptionalDouble optionalNumber(String key) {
        JsonNode value = node.path(key);
        if (value.isMissingNode()) {
            return OptionalDouble.empty();
        }
        if (value.isNumber()) {
            return OptionalDouble.of(value.doubleValue());
        }
        return switch (value.isString() ? value.stringValue() : "") {
            case "NaN" -> OptionalDouble.of(Double.NaN);
            case "Infinity" -> OptionalDouble.of(Double.POSITIVE_INFINITY);
            case "-Infinity" -> OptionalDouble.of(Double.NEGATIVE_INFINITY);
            default -> throw wrong(key, value, "a number");
        };
    }

    String text(String key) {
        JsonNode value = node.path(key);
        if (!value.isString()) {
            throw wrong(key, value, "text");
        }
        return value.stringValue();
    }

    Map<String, Object> map(String key) {
        JsonNode value = node.path(key);
        if (!value.isObject()) {
            throw wrong(key, value, "an object");
        }
        return MAPPER.convertValue(value, new TypeReference<Map<String, Object>>() {
        });
    }

    Iterable<CheckpointJson> list(String key) {
        JsonNode value = node.path(key);
        if (!value.isArray()) {
            throw wrong(key, value, "a list");
        }
        return value.valueStream().map(element -> new CheckpointJson(element, file)).toList();
    }

    private CheckpointException wrong(String key, JsonNode found, String expected) {
        String text = found.isMissingNode() ? "nothing" : found.toString();
        String shown = text.length() > 80 ? text.substring(0, 80) + "…" : text;
        return CheckpointException.of(shown + " under \"" + key + "\"", expected, file, ADVICE);
    }
}
