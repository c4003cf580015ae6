package dev.hone.train;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where a run stands, beside its tensors: {@code state.json} of a checkpoint. What is read back equals what was written.
 *
 * @param step optimizer steps taken
 * @param tokens tokens trained on
 * @param epoch passes over the data, with the fraction of the current one
 * @param metric the evaluation metric measured at this step, where one was
 * @param bestMetric the best metric of the run up to and with this step
 * @param values all else that the run needs to go on or to be told apart (digests of data and configuration, counters):
 *     whatever JSON can hold. Whole numbers become {@code Long}, others {@code Double}; NaN and infinities, which JSON lacks,
 *     become their names as text.
 */
public record CheckpointState(long step, long tokens, double epoch, OptionalDouble metric, OptionalDouble bestMetric,
        Map<String, Object> values) {
    /** @throws IllegalArgumentException for negative counts and for values that JSON cannot hold */
    public CheckpointState {
        if (step < 0 || tokens < 0 || !(epoch >= 0 && epoch < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "checkpoint state: found step " + step + ", tokens " + tokens + ", epoch "
                            + epoch + ", expected numbers of at least 0");
        }
        values = asRead(values);
    }

    /** A state without evaluation. */
    public CheckpointState(long step, long tokens, double epoch, Map<String, Object> values) {
        this(step, tokens, epoch, OptionalDouble.empty(), OptionalDouble.empty(), values);
    }

    /** Whether no step before this one had a better metric, whichever direction is better. */
    public boolean isBest() {
        return metric.isPresent() && bestMetric.isPresent() && metric.getAsDouble() == bestMetric.getAsDouble();
    }

    /**
     * A value that must be there, in its type: {@code Long}, {@code Double}, {@code String}, {@code Boolean}, {@code List} or
     * {@code Map}.
     *
     * @throws CheckpointException when it is missing or of another type
     */
    public <T> T value(String name, Class<T> type) {
        Object value = values.get(name);
        if (!type.isInstance(value)) {
            throw CheckpointException.of(
                    value == null ? "no value '" + name + "'" : "the value " + name + " = " + value,
                    "a " + type.getSimpleName(), "the state of the checkpoint of step " + step,
                    "It was written by another version or another kind of run: resume it with that one.");
        }
        return type.cast(value);
    }

    byte[] json() {
        ObjectNode root = CheckpointJson.MAPPER.createObjectNode();
        root.put("step", step).put("tokens", tokens).put("epoch", epoch);
        metric.ifPresent(value -> put(root, "metric", value));
        bestMetric.ifPresent(value -> put(root, "best_metric", value));
        root.set("values", CheckpointJson.MAPPER.valueToTree(values));
        return CheckpointJson.bytes(root);
    }

    static CheckpointState parse(byte[] json, Path file) {
        CheckpointJson root = CheckpointJson.parse(json, file);
        try {
            return new CheckpointState(root.count("step"), root.count("tokens"), root.number("epoch"),
                    root.optionalNumber("metric"), root.optionalNumber("best_metric"), root.map("values"));
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(e.getMessage() + ", in " + file + ". Take another checkpoint.", e);
        }
    }

    private static void put(ObjectNode root, String key, double value) {
        if (Double.isFinite(value)) {
            root.put(key, value);
        } else {
            root.put(key, Double.toString(value));
        }
    }

    /** A copy of its own, as the file will give it back: a background thread writes it while the run goes on. */
    static Map<String, Object> asRead(Map<String, Object> values) {
        try {
            byte[] json = CheckpointJson.MAPPER.writeValueAsBytes(values);
            return Collections.unmodifiableMap(CheckpointJson.MAPPER.readValue(json,
                    new TypeReference<LinkedHashMap<String, Object>>() {
                    }));
        } catch (JacksonException e) {
            throw new IllegalArgumentException("checkpoint state: found a value that JSON cannot hold ("
                    + e.getOriginalMessage() + "), expected texts, numbers, booleans, lists and maps of them", e);
        }
    }
}
