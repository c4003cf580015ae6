package dev.hone.train;

import dev.hone.config.ConfigWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * What decides the result of a run, kept in each checkpoint as {@code run.json}: a run that goes on with the same ends as if
 * it had never stopped. Where files stand, what is written and when, threads, device, and how a step is cut are no part of it.
 *
 * @param settings those that change the result, by key
 * @param data the settings that made rows of the data, by key; they count where the rows differ
 * @param content what the files held: training rows, evaluation rows, the model's configuration
 * @param totalSteps steps of the whole run, on which most schedules depend
 * @param microbatchTokens how steps are cut, so that sums are rounded alike when the run goes on
 */
record RunIdentity(Map<String, Object> settings, Map<String, Object> data, Map<String, Object> content,
        long totalSteps, long microbatchTokens) {
    static final String FILE = "run.json";
    private static final Set<String> FREE_WHILE_TRAINING = Set.of("per_device_train_batch_size",
            "gradient_accumulation_steps", "num_train_epochs", "max_steps", "microbatch_tokens",
            "gradient_checkpointing", "gradient_checkpointing_layers", "activation_offloading", "max_skipped_steps",
            "optim_offload");
    private static final String ROWS_PER_STEP = "per_device_train_batch_size x gradient_accumulation_steps";
    private static final String ORDER = "shuffle_dataset";

    RunIdentity {
        settings = CheckpointState.asRead(settings);
        data = CheckpointState.asRead(data);
        content = CheckpointState.asRead(content);
    }

    /** The identity of a run with these settings, whose files hold this content. */
    static RunIdentity of(JobSettings run, Map<String, Object> content, long totalSteps, long microbatchTokens) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("dtype", run.model().dtype().name());
        settings.put(ROWS_PER_STEP, run.training().rowsPerStep());
        settings.putAll(ConfigWriter.toMap(run.training(), run.learning()));
        settings.putAll(run.adapter().identity());
        run.own().forEach(record -> settings.putAll(ConfigWriter.toMap(record)));
        settings.keySet().removeAll(FREE_WHILE_TRAINING);
        settings.put(ORDER, run.data().shuffleDataset());
        Map<String, Object> data = new LinkedHashMap<>(ConfigWriter.toMap(run.data()));
        data.remove(ORDER);
        return new RunIdentity(settings, data, content, totalSteps, microbatchTokens);
    }

    /** @throws CheckpointException when the checkpoint has none, or a damaged one */
    static RunIdentity of(Checkpoint checkpoint) {
        CheckpointJson root = CheckpointJson.parse(checkpoint.file(FILE), checkpoint.folder().resolve(FILE));
        return new RunIdentity(root.map("settings"), root.map("data"), root.map("content"), root.count("total_steps"),
                root.count("microbatch_tokens"));
    }

    byte[] json() {
        ObjectNode root = CheckpointJson.MAPPER.createObjectNode();
        root.set("settings", CheckpointJson.MAPPER.valueToTree(settings));
        root.set("data", CheckpointJson.MAPPER.valueToTree(data));
        root.set("content", CheckpointJson.MAPPER.valueToTree(content));
        root.put("total_steps", totalSteps).put("microbatch_tokens", microbatchTokens);
        return CheckpointJson.bytes(root);
    }

    /** What differs from a former identity, a line for each key: what is found, and what the former had. */
    List<String> differences(RunIdentity former) {
        List<String> told = new ArrayList<>(differences(settings, former.settings));
        List<String> contents = differences(content, former.content);
        if (!contents.isEmpty()) {
            told.addAll(differences(data, former.data));
            told.addAll(contents);
        }
        return Collections.unmodifiableList(told);
    }

    private static List<String> differences(Map<String, Object> found, Map<String, Object> expected) {
        Set<String> keys = new LinkedHashSet<>(found.keySet());
        keys.addAll(expected.keySet());
        return keys.stream()
                .filter(key -> !found.getOrDefault(key, "unset").equals(expected.getOrDefault(key, "unset")))
                .map(key -> key + ": found " + found.getOrDefault(key, "unset") + ", expected "
                        + expected.getOrDefault(key, "unset"))
                .toList();
    }
}
