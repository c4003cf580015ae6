package dev.hone.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hone.tensor.Fixture;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import dev.hone.testkit.Golden;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The golden losses: their cases, and completions made of the logits that they give. */
final class GoldenLosses {
    /** Reported by the head or by the trainer, not by an objective. */
    private static final Set<String> ELSEWHERE = Set.of("entropy", "num_tokens", "logits/chosen", "logits/rejected",
            "mean_token_accuracy", "running_std");

    private GoldenLosses() {}

    static Stream<String> cases(String family) { return json(family).propertyNames().stream(); }

    static JsonNode json(String family) { return Golden.json(Golden.path("losses", family + ".json")).get("cases"); }

    static Fixture open(String family) { return Fixture.open(Golden.path("losses", family + ".safetensors")); }

    /** The options of a case as settings; nulls and the named ones are left out. */
    static Map<String, Object> settings(JsonNode expected, String... leftOut) {
        Map<String, Object> settings = new LinkedHashMap<>();
        JsonNode options = expected.get("options");
        for (String name : options.propertyNames()) {
            if (!options.get(name).isNull() && !List.of(leftOut).contains(name)) {
                settings.put(name, plain(options.get(name)));
            }
        }
        return settings;
    }

    private static Object plain(JsonNode node) {
        if (node.isArray()) {
            List<Object> all = new ArrayList<>();
            node.forEach(one -> all.add(plain(one)));
            return all;
        }
        if (node.isNumber()) {
            return node.asDouble();
        }
        return node.isBoolean() ? node.asBoolean() : node.asString().split(" ")[0];
    }

    /**
     * A padded batch.
     *
     * @param read 1 at tokens that are read
     * @param completion 1 at tokens of the completion
     */
    record Batch(int[] ids, int[] read, int[] completion, int width) {
        static Batch of(Fixture golden, String prefix, boolean prompts) {
            int[] ids = golden.ints(prefix + "input_ids");
            int[] completion = golden.has(prefix + "completion_mask")
                    ? golden.ints(prefix + "completion_mask")
                    : java.util.Arrays.stream(golden.ints(prefix + "labels")).map(label -> label >= 0 ? 1 : 0)
                            .toArray();
            int[] read = prompts ? golden.ints(prefix + "attention_mask") : completion;
            return new Batch(ids, read, completion, (int) golden.get(prefix + "input_ids").size(1));
        }

        int rows() { return ids.length / width; }
    }

    /** Rows {@code from} to {@code to} of a batch under logits [B, T, V]. */
    static CompletionSignals completions(Batch batch, Tensor logits, Optional<Tensor> reference, int from, int to) {
        List<Integer> places = new ArrayList<>();
        for (int i = from * batch.width; i < to * batch.width; i++) {
            if (i % batch.width > 0 && batch.read[i] == 1) {
                places.add(i);
            }
        }
        Tensor targets = column(places.stream().mapToInt(i -> batch.ids[i]).toArray());
        int[] before = places.stream().mapToInt(i -> i - 1).toArray();
        Tensor rows = Tensors.indices(places.stream().mapToInt(i -> i / batch.width - from).toArray());
        Tensor all = logSoftmax(logits, before);
        return new CompletionSignals(all.gather(1, targets).squeeze(1),
                reference.map(given -> logSoftmax(given, before).gather(1, targets).squeeze(1)),
                Tensors.indices(places.stream().mapToInt(i -> batch.completion[i]).toArray()).to(logits.dtype()), rows,
                to - from, Optional.of(all.mul(2).logSumExp(1, false).detach()));
    }

    private static Tensor column(int[] values) { return Tensors.indices(values).unsqueeze(1); }

    private static Tensor logSoftmax(Tensor logits, int[] rows) {
        return logits.view(-1, logits.size(-1)).indexSelect(0, Tensors.indices(rows)).logSoftmax(-1);
    }

    /** Pairs of a batch whose first half is chosen. */
    static PairSignals pairs(Batch batch, Tensor logits, Optional<Tensor> reference) {
        int half = batch.rows() / 2;
        CompletionSignals chosen = completions(batch, logits, reference, 0, half);
        return PairSignals.of(chosen, completions(batch, logits, reference, half, 2 * half),
                new StepTotals(half, chosen.logProbs().count()));
    }

    static void assertLoss(Loss loss, JsonNode expected) {
        double value = expected.get("loss").asDouble();
        assertThat(loss.value().item()).isCloseTo(value, within(1e-6 + 1e-5 * Math.abs(value)));
    }

    static void assertGradient(Tensor leaf, Tensor expected) {
        Tensor gradient = expected.view(leaf.shape());
        assertThat(gradient.abs().max().item()).as("a gradient that says something").isPositive();
        double excess = leaf.gradOrZeros().sub(gradient).abs().sub(gradient.abs().mul(1e-4)).max().item();
        assertThat(excess).isLessThan(1e-6);
    }

    /** Every golden metric that an objective can know; one that TRL writes as 0 where there is none may be missing. */
    static void assertMetrics(Metrics metrics, JsonNode expected) {
        Map<String, Double> reported = metrics.read().reported();
        JsonNode golden = expected.path("metrics");
        for (String name : golden.propertyNames()) {
            double value = golden.get(name).asDouble();
            if (!ELSEWHERE.contains(name) && (value != 0 || reported.containsKey(name))) {
                assertThat(reported).containsKey(name);
                assertThat(reported.get(name)).as(name).isCloseTo(value, within(1e-5 + 1e-5 * Math.abs(value)));
            }
        }
    }
}
