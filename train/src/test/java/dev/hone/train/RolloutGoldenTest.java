package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hone.config.ConfigReader;
import dev.hone.model.ActorCritic;
import dev.hone.model.Decoder;
import dev.hone.model.HiddenOptions;
import dev.hone.objective.Advantage;
import dev.hone.objective.GroupRelative;
import dev.hone.objective.KlController;
import dev.hone.objective.KlEstimator;
import dev.hone.objective.LeaveOneOut;
import dev.hone.objective.Need;
import dev.hone.objective.Objective;
import dev.hone.objective.Objectives;
import dev.hone.objective.RewardShaping;
import dev.hone.objective.RolloutSignals;
import dev.hone.reward.Rewards;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Fixture;
import dev.hone.testkit.Golden;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Whole runs of TRL's GRPO and RLOO trainers, replayed from their batches: what is made of rewards, and what is learned. */
@Tag("golden")
class RolloutGoldenTest {
    private static final Map<String, String> COMMANDS = Map.of("GRPOTrainer", "grpo", "RLOOTrainer", "rloo");
    private static final Set<String> SETTINGS = Set.of("loss_type");
    private static final int PAD = 503;

    static Stream<Path> runs() {
        return Golden.folders("runs").stream().filter(run -> Files.exists(run.resolve("rewards.safetensors")));
    }

    /** Rewards that are normalised one by one before they are added up are no setting of ours. */
    static Stream<Path> summed() {
        return runs().filter(run -> !golden(run).get("options").has("multi_objective_aggregation"));
    }

    private static JsonNode golden(Path run) { return Golden.json(run.resolve("golden.json")); }

    private static String command(JsonNode golden) { return COMMANDS.get(golden.get("trainer").asString()); }

    /** TRL's GRPO multiplies the distance by the ratio only when asked to. */
    @SuppressWarnings("unchecked") // both are objectives on rollouts
    private static Objective<RolloutSignals> objective(JsonNode golden) {
        JsonNode options = golden.get("options");
        Map<String, Object> settings = new HashMap<>();
        SETTINGS.stream().filter(options::has).forEach(key -> settings.put(key, options.get(key).asString()));
        if (command(golden).equals("grpo")) {
            settings.put("beta", options.path("beta").asDouble(0));
        }
        return (Objective<RolloutSignals>) Objectives.find(command(golden)).orElseThrow().make(settings);
    }

    @ParameterizedTest
    @MethodSource("runs")
    void whatIsLearnedIsTrls(Path run) {
        JsonNode golden = golden(run);
        for (boolean shares : List.of(false, true)) {
            try (ActorCritic model = policy(); Fixture batches = Fixture.open(run.resolve("batches.safetensors"))) {
                Replay replay = Replay.of(model, golden);
                try (Optimizer optimizer = replay.optimizer) {
                    for (int step = 0; step < golden.get("history").size() && has(golden, step); step++) {
                        List<RolloutRow> rows = GoldenRollouts.of(batches, step).rows(shares);
                        replay.step(new Batch<>(RowSource.inOrder(rows, shares ? 70 : 10_000), 0, List.of()), step);
                    }
                }
                replay.end(run);
            }
        }
    }

    /** From rewards on everything is ours: advantages, log-probs of reference and policy, metrics. */
    @ParameterizedTest
    @MethodSource("summed")
    void whatIsMadeOfRewardsIsTrls(Path run) {
        JsonNode golden = golden(run);
        int passes = golden.get("options").path("num_iterations").asInt(1);
        try (ActorCritic model = policy();
                Decoder reference = decoder();
                Fixture batches = Fixture.open(run.resolve("batches.safetensors"));
                Fixture rewards = Fixture.open(run.resolve("rewards.safetensors"))) {
            Replay replay = Replay.of(model, golden);
            AdvantageMaker.Method method = method(golden);
            AdvantageMaker maker = new AdvantageMaker(model,
                    () -> method.kl().beta() > 0 || method.referenceInLoss()
                            ? Optional.of(ReferenceModel.itself(reference))
                            : Optional.empty(),
                    method, rollouts(golden), 50);
            try (Optimizer optimizer = replay.optimizer) {
                ExperienceMaker.Made<RolloutRow> made = null;
                Map<String, Double> told = Map.of();
                for (int step = 0; step < golden.get("history").size() && has(golden, step); step++) {
                    if (step % passes == 0) {
                        GoldenRollouts expected = GoldenRollouts.of(batches, step);
                        GoldenRewards judged = GoldenRewards.of(expected, new GoldenRewards.Table(
                                GoldenRollouts.floats(rewards, "step" + step / passes + ".rewards_per_function"),
                                weights(golden)), new GoldenRewards.Models(model, reference), method);
                        made = maker.make(judged.groups(), new ExperienceMaker.Turn(0, 0));
                        compare(made.rows(), expected, golden.get("run").asString() + ", step " + (step + 1));
                        told = new LinkedHashMap<>(judged.scores().metrics());
                        told.putAll(made.metrics());
                    }
                    replay.step(new Batch<>(List.of(made.rows()), 0, List.of(), step % passes == 0 ? told : Map.of()),
                            step);
                }
            }
            replay.end(run);
        }
    }

    private static boolean has(JsonNode golden, int step) { return golden.get("history").get(step).has("loss"); }

    private static Decoder decoder() { return Decoder.load(Golden.path("runs", "init"), DType.FLOAT32, Device.CPU); }

    private static ActorCritic policy() { return new ActorCritic(decoder(), List.of()); }

    /** Steps that are compared with the history of a run. */
    private record Replay(JsonNode golden, ActorCritic model, Optimizer optimizer, Trainer<RolloutRow> trainer,
            Set<Boolean> padded) {
        static Replay of(ActorCritic model, JsonNode golden) {
            JsonNode options = golden.get("options");
            Optimizer optimizer = TrainerGoldenTest.optimizer(options).create(model.parameters());
            RolloutSignaller signaller = new RolloutSignaller(model, HiddenOptions.PLAIN,
                    new RolloutSignaller.Reading(1, options.get("max_completion_length").asInt(), false));
            return new Replay(golden, model, optimizer, TrainerGoldenTest.trainer(model.parameters(),
                    new SignalPass<>(signaller, objective(golden)), optimizer, options), new HashSet<>());
        }

        void end(Path run) {
            if (!padded.contains(true)) {
                TrainerGoldenTest.weights(model.parameters(), run, 1e-4);
            }
        }

        void step(Batch<RolloutRow> batch, int step) {
            JsonNode expected = golden.get("history").get(step);
            String where = golden.get("run").asString() + ", step " + (step + 1);
            StepReport report = trainer.step(batch).report();
            assertThat(report.loss()).as("loss of %s", where).isCloseTo(expected.get("loss").asDouble(), within(2e-5));
            padded.add(pads(batch));
            if (!pads(batch)) {
                double norm = expected.get("grad_norm").asDouble();
                assertThat(report.gradientNorm()).as("norm of %s", where).isCloseTo(norm, within(1e-3 * norm));
            }
            int compared = 0;
            for (Map.Entry<String, Double> metric : report.more().entrySet()) {
                if (expected.has(metric.getKey())) {
                    double value = expected.get(metric.getKey()).asDouble();
                    assertThat(metric.getValue()).as("%s of %s", metric.getKey(), where).isCloseTo(value,
                            within(2e-4 + 2e-4 * Math.abs(value)));
                    compared++;
                }
            }
            assertThat(compared).as("metrics of %s", where).isGreaterThanOrEqualTo(batch.told().isEmpty() ? 6 : 12);
        }
    }

    /**
     * Whether the policy drew the padding token, from which PyTorch's embedding takes no gradient whatever it stands for. We
     * know no padding: it is a token like others. In these runs that happens in the last step, if at all.
     */
    private static boolean pads(Batch<RolloutRow> batch) {
        return batch.rows().stream().flatMap(row -> drawn(row).boxed()).anyMatch(id -> id == PAD);
    }

    /** The tokens of the answers. */
    private static IntStream drawn(RolloutRow row) {
        return IntStream.range(0, row.packed().tokens()).filter(i -> row.packed().weight()[i] != 0)
                .map(i -> row.packed().ids()[i]);
    }

    private static double[] weights(JsonNode golden) {
        JsonNode given = golden.get("options").path("reward_weights");
        return given.isMissingNode()
                ? new double[]{1, 1}
                : new double[]{given.get(0).asDouble(), given.get(1).asDouble()};
    }

    private static RolloutSettings rollouts(JsonNode golden) {
        JsonNode options = golden.get("options");
        return ConfigReader.record(RolloutSettings.class, Map.of("max_completion_length",
                options.get("max_completion_length").asInt(), "num_iterations",
                options.path("num_iterations").asInt(1)));
    }

    private static AdvantageMaker.Method method(JsonNode golden) {
        JsonNode options = golden.get("options");
        boolean compares = command(golden).equals("grpo");
        List<Double> range = new ArrayList<>();
        options.path("reward_clip_range").forEach(bound -> range.add(bound.asDouble()));
        Advantage advantage = compares
                ? new GroupRelative(GroupRelative.Scale.valueOf(
                        options.path("scale_rewards").asString("group").toUpperCase(java.util.Locale.ROOT)))
                : new LeaveOneOut(options.path("normalize_advantages").asBoolean(false));
        return new AdvantageMaker.Method(
                new RewardShaping(KlEstimator.K1, Optional.empty(), range, Optional.empty()),
                KlController.fixed(compares ? 0 : options.path("beta").asDouble(0.05)), advantage,
                objective(golden).needs().contains(Need.REFERENCE));
    }

    private static void compare(List<RolloutRow> rows, GoldenRollouts expected, String where) {
        List<List<Integer>> groups = expected.groups();
        for (int g = 0; g < groups.size(); g++) {
            for (int i = 0; i < groups.get(g).size(); i++) {
                int place = groups.get(g).get(i);
                RolloutRow.Answer answer = rows.get(g).answers().get(i);
                for (float advantage : answer.advantages()) {
                    assertThat(advantage).as("advantage %d of %s", place, where)
                            .isCloseTo(expected.advantages()[place], within(1e-4f));
                }
                int row = g;
                int at = i;
                expected.old().ifPresent(old -> assertThat(answer.behaviour().orElseThrow()).as("old of %s", where)
                        .containsExactly(old[place], within(1e-4f)));
                expected.reference().ifPresent(other -> assertThat(rows.get(row).reference().get(at))
                        .as("reference of %s", where).containsExactly(other[place], within(1e-4f)));
            }
        }
    }
}
