package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hone.model.Decoder;
import dev.hone.model.HeadOptions;
import dev.hone.model.HiddenOptions;
import dev.hone.model.Model;
import dev.hone.model.RewardModel;
import dev.hone.objective.Objectives;
import dev.hone.objective.PreferenceObjective;
import dev.hone.objective.ScorePairSignals;
import dev.hone.objective.UnpairedObjective;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Fixture;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Scope;
import dev.hone.testkit.Golden;
import dev.hone.text.Encoded;
import dev.hone.text.EncodedJudged;
import dev.hone.text.EncodedPair;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Whole runs of TRL's preference trainers, replayed from their batches, with and without a shared prompt. */
@Tag("golden")
class PreferenceGoldenTest {
    private static final Map<String, String> COMMANDS = Map.of("DPOTrainer", "dpo", "KTOTrainer", "kto", "CPOTrainer",
            "cpo", "ORPOTrainer", "orpo");
    private static final Set<String> SETTINGS = Set.of("beta", "loss_type", "cpo_alpha", "simpo_gamma",
            "label_smoothing", "undesirable_weight", "desirable_weight", "center_rewards_coefficient");

    static Stream<Path> runs() {
        return Golden.folders("runs").stream().filter(run -> Files.exists(run.resolve("final.safetensors"))
                && Files.exists(run.resolve("golden.json")));
    }

    static Stream<Path> policies() { return runs().filter(run -> COMMANDS.containsKey(trainer(run))); }

    static Stream<Path> rewards() { return runs().filter(run -> trainer(run).equals("RewardTrainer")); }

    private static String trainer(Path run) {
        return Golden.json(run.resolve("golden.json")).get("trainer").asString();
    }

    @ParameterizedTest
    @MethodSource("policies")
    void replaysPolicies(Path run) {
        for (boolean shares : List.of(false, true)) {
            JsonNode golden = Golden.json(run.resolve("golden.json"));
            Object objective = objective(COMMANDS.get(trainer(run)), golden.get("options"));
            try (Decoder policy = Decoder.load(Golden.path("runs", "init"), DType.FLOAT32, Device.CPU);
                    Decoder reference = Decoder.load(Golden.path("runs", "init"), DType.FLOAT32, Device.CPU);
                    Fixture batches = Fixture.open(run.resolve("batches.safetensors"))) {
                CompletionReader reader = new CompletionReader(policy, HiddenOptions.PLAIN, Optional.empty());
                if (objective instanceof UnpairedObjective judged) {
                    replay(run, policy, new SignalPass<>(new JudgedSignaller(reader), judged),
                            prefix -> judged(batches, prefix, reference));
                } else if (objective instanceof PreferenceObjective pairs) {
                    replay(run, policy, new SignalPass<>(new PairSignaller(reader), pairs),
                            prefix -> pairs(batches, prefix, reference, pairs, shares));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("rewards")
    void replaysRewardModels(Path run) {
        for (boolean shares : List.of(false, true)) {
            JsonNode options = Golden.json(run.resolve("golden.json")).get("options");
            @SuppressWarnings("unchecked")
            var objective = (dev.hone.objective.Objective<ScorePairSignals>) objective("reward", options);
            try (RewardModel model = RewardModel.start(Golden.path("runs", "init_reward"), HeadOptions.reward(1),
                    DType.FLOAT32, Device.CPU); Fixture batches = Fixture.open(run.resolve("batches.safetensors"))) {
                PairScores kind = new PairScores();
                replay(run, model, new SignalPass<>(new ScoreSignaller<>(model, HiddenOptions.PLAIN, kind), objective),
                        prefix -> encodedPairs(batches, prefix).stream().map(pair -> new ScoreRow<>(pair,
                                kind.packed(pair, shares), dev.hone.objective.StepTotals.ofRows(1))).toList());
            }
        }
    }

    private interface Micro<R> {
        List<R> rows(String prefix);
    }

    private static <R extends StepRow> void replay(Path run, Model model, Pass<R> pass, Micro<R> source) {
        JsonNode golden = Golden.json(run.resolve("golden.json"));
        JsonNode options = golden.get("options");
        try (Optimizer optimizer = TrainerGoldenTest.optimizer(options).create(model.parameters())) {
            Trainer<R> trainer = TrainerGoldenTest.trainer(model.parameters(), pass, optimizer, options);
            int accumulation = golden.get("gradient_accumulation_steps").asInt();
            for (int step = 0; step < options.get("max_steps").asInt(); step++) {
                List<List<R>> microbatches = new ArrayList<>();
                for (int micro = 0; micro < accumulation; micro++) {
                    microbatches.add(source.rows("step" + step + ".micro" + micro + "."));
                }
                StepReport report = trainer.step(new Batch<>(microbatches, 0, List.of())).report();
                compare(report, golden, step);
            }
        }
        weights(model.parameters(), run, options.get("optim").asString().equals("sgd") ? 1e-6 : 1e-4);
    }

    /**
     * Mean logits are compared where TRL takes them as we do: over the completions' tokens of the whole step. Its CPO and ORPO
     * take them over prompts and padding as well, and under accumulation it averages the micro-batches' means.
     */
    private static void compare(StepReport report, JsonNode golden, int step) {
        JsonNode expected = golden.get("history").get(step);
        String where = golden.get("run").asString() + ", step " + (step + 1);
        boolean logits = golden.get("gradient_accumulation_steps").asInt() == 1
                && Set.of("DPOTrainer", "KTOTrainer").contains(golden.get("trainer").asString());
        assertThat(report.loss()).as("loss of %s", where).isCloseTo(expected.get("loss").asDouble(), within(2e-5));
        double norm = expected.get("grad_norm").asDouble();
        assertThat(report.gradientNorm()).as("norm of %s", where).isCloseTo(norm, within(1e-3 * norm));
        assertThat(report.learningRate()).isCloseTo(expected.get("learning_rate").asDouble(), within(1e-12));
        int compared = 0;
        for (Map.Entry<String, Double> metric : report.more().entrySet()) {
            if (expected.has(metric.getKey()) && (logits || !metric.getKey().startsWith("logits/"))) {
                double value = expected.get(metric.getKey()).asDouble();
                assertThat(metric.getValue()).as("%s of %s", metric.getKey(), where).isCloseTo(value,
                        within(2e-4 + 2e-4 * Math.abs(value)));
                compared++;
            }
        }
        assertThat(compared).as("metrics of %s", where).isGreaterThanOrEqualTo(3);
    }

    private static Object objective(String command, JsonNode options) {
        Map<String, Object> settings = new HashMap<>();
        for (String key : SETTINGS) {
            if (options.has(key)) {
                settings.put(key,
                        options.get(key).isNumber() ? options.get(key).doubleValue() : options.get(key).asString());
            }
        }
        return Objectives.find(command).orElseThrow().make(settings);
    }

    private static List<PairRow> pairs(Fixture batches, String prefix, Decoder reference, PreferenceObjective objective,
            boolean shares) {
        List<PairRow> rows = encodedPairs(batches, prefix).stream()
                .map(pair -> PairRow.of(pair, objective.needs(), shares)).toList();
        List<List<float[]>> said = new References(reference).of(rows, PairRow::packed, 100);
        List<PairRow> referred = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            referred.add(rows.get(i).withReference(said.get(i)));
        }
        return referred;
    }

    private static List<JudgedRow> judged(Fixture batches, String prefix, Decoder reference) {
        List<Encoded> own = rows(batches, prefix, "");
        List<Encoded> others = rows(batches, prefix, "KL_");
        int[] labels = batches.ints(prefix + "label");
        List<JudgedRow> rows = new ArrayList<>();
        for (int i = 0; i < own.size(); i++) {
            rows.add(JudgedRow.of(new EncodedJudged(own.get(i), promptLength(own.get(i)), labels[i] != 0),
                    Optional.of(others.get(i))));
        }
        References references = new References(reference);
        List<List<float[]>> said = references.of(rows, JudgedRow::packed, 100);
        List<List<float[]>> mismatched = references.of(rows, row -> row.mismatched().orElseThrow(), 100);
        List<JudgedRow> referred = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            referred.add(rows.get(i).withReference(
                    List.of(said.get(i).getFirst(), mismatched.get(i).getFirst())));
        }
        return referred;
    }

    /** [chosen; rejected] in one tensor, or each in its own. */
    private static List<EncodedPair> encodedPairs(Fixture batches, String prefix) {
        List<Encoded> chosen;
        List<Encoded> rejected;
        if (batches.names().contains(prefix + "chosen_input_ids")) {
            chosen = rows(batches, prefix, "chosen_");
            rejected = rows(batches, prefix, "rejected_");
        } else {
            List<Encoded> both = rows(batches, prefix, "");
            chosen = both.subList(0, both.size() / 2);
            rejected = both.subList(both.size() / 2, both.size());
        }
        List<EncodedPair> pairs = new ArrayList<>();
        for (int i = 0; i < chosen.size(); i++) {
            int common = java.util.Arrays.mismatch(chosen.get(i).ids(), rejected.get(i).ids());
            pairs.add(new EncodedPair(chosen.get(i), rejected.get(i),
                    Math.min(common, Math.min(promptLength(chosen.get(i)), promptLength(rejected.get(i)))),
                    OptionalDouble.empty(), Optional.empty()));
        }
        return pairs;
    }

    private static int promptLength(Encoded row) {
        int length = 0;
        while (length < row.length() && row.weight()[length] == 0) {
            length++;
        }
        return length;
    }

    private static List<Encoded> rows(Fixture batches, String prefix, String name) {
        int[] ids = batches.ints(prefix + name + "input_ids");
        int[] mask = batches.ints(prefix + name + "attention_mask");
        boolean labelled = batches.names().contains(prefix + name + "labels");
        boolean masked = batches.names().contains(prefix + name + "completion_mask");
        int[] weights = labelled
                ? batches.ints(prefix + name + "labels")
                : masked ? batches.ints(prefix + name + "completion_mask") : mask;
        int width;
        try (Scope scope = Scope.open()) {
            width = (int) batches.get(prefix + name + "input_ids").size(1);
        }
        List<Encoded> rows = new ArrayList<>();
        for (int start = 0; start < ids.length; start += width) {
            List<Integer> kept = new ArrayList<>();
            for (int i = start; i < start + width; i++) {
                if (mask[i] != 0) {
                    kept.add(i);
                }
            }
            float[] weight = new float[kept.size()];
            for (int t = 1; t < weight.length; t++) {
                weight[t] = labelled ? weights[kept.get(t)] >= 0 ? 1 : 0 : weights[kept.get(t)];
            }
            rows.add(new Encoded(kept.stream().mapToInt(i -> ids[i]).toArray(), weight));
        }
        return rows;
    }

    private static void weights(List<Parameter> parameters, Path run, double tolerance) {
        TrainerGoldenTest.weights(parameters, run, tolerance);
    }
}
