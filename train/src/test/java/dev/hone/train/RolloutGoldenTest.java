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
import dev.hone.reward.MissingScores;
import dev.hone.reward.NamedReward;
import dev.hone.reward.RewardInput;
import dev.hone.reward.RewardLimits;
import dev.hone.reward.RewardScores;
import dev.hone.reward.Rewards;
import dev.hone.reward.Score;
import dev.hone.rollout.Completion;
import dev.hone.rollout.Rollout;
import dev.hone.rollout.StopReason;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Fixture;
import dev.hone.tensor.Scope;
import dev.hone.testkit.Golden;
import dev.hone.text.Conversation;
import dev.hone.text.Message;
import dev.hone.text.Origin;
import dev.hone.text.Prompt;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
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
    private static final int GROUP = 4;
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

    /** The answers of one step as TRL had them, and what it made of them. */
    private record Step(int[][] prompts, int[][] completions, float[] advantages, Optional<float[][]> old,
            Optional<float[][]> reference) {
        static Step of(Fixture batches, int step) {
            String prefix = "step" + step + ".micro0.";
            int[][] completions = unpadded(batches, prefix + "completion");
            return new Step(unpadded(batches, prefix + "prompt"), completions, floats(batches, prefix + "advantages"),
                    table(batches, prefix + "old_per_token_logps", completions),
                    table(batches, prefix + "ref_per_token_logps", completions));
        }

        /** Which answers belong to the same prompt, in the order in which prompts appear. */
        List<List<Integer>> groups() {
            Map<List<Integer>, List<Integer>> groups = new LinkedHashMap<>();
            for (int i = 0; i < prompts.length; i++) {
                groups.computeIfAbsent(Arrays.stream(prompts[i]).boxed().toList(), key -> new ArrayList<>()).add(i);
            }
            return List.copyOf(groups.values());
        }

        List<RolloutRow> rows(boolean shares) {
            List<RolloutRow> rows = new ArrayList<>();
            for (List<Integer> group : shares ? groups() : singles()) {
                RolloutRow row = RolloutRow.of(prompts[group.getFirst()],
                        group.stream().map(i -> completions[i]).toList(), shares)
                        .withAnswers(group.stream().map(this::answer).toList());
                rows.add(reference.isEmpty()
                        ? row
                        : row.withReference(group.stream().map(i -> reference.get()[i]).toList()));
            }
            return rows;
        }

        private List<List<Integer>> singles() { return IntStream.range(0, prompts.length).mapToObj(List::of).toList(); }

        private RolloutRow.Answer answer(int i) {
            float[] advantage = new float[completions[i].length];
            float[] ones = new float[advantage.length];
            Arrays.fill(advantage, advantages[i]);
            Arrays.fill(ones, 1);
            return new RolloutRow.Answer(old.map(all -> all[i]), Optional.empty(), advantage, ones, List.of());
        }
    }

    private static float[] floats(Fixture batches, String name) {
        try (Scope scope = Scope.open()) {
            return batches.get(name).reshape(-1).toFloats();
        }
    }

    private static int width(Fixture batches, String name) {
        try (Scope scope = Scope.open()) {
            return (int) batches.get(name).size(1);
        }
    }

    private static int[][] unpadded(Fixture batches, String name) {
        int[] ids = batches.ints(name + "_ids");
        int[] mask = batches.ints(name + "_mask");
        int width = width(batches, name + "_ids");
        return IntStream.range(0, ids.length / width).mapToObj(row -> IntStream.range(row * width, (row + 1) * width)
                .filter(i -> mask[i] != 0).map(i -> ids[i]).toArray()).toArray(int[][]::new);
    }

    /** Completions are padded on the right. */
    private static Optional<float[][]> table(Fixture batches, String name, int[][] completions) {
        if (!batches.names().contains(name)) {
            return Optional.empty();
        }
        float[] all = floats(batches, name);
        int width = width(batches, name);
        return Optional.of(IntStream.range(0, completions.length)
                .mapToObj(i -> Arrays.copyOfRange(all, i * width, i * width + completions[i].length))
                .toArray(float[][]::new));
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
                        List<RolloutRow> rows = Step.of(batches, step).rows(shares);
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
            AdvantageMaker maker = maker(model, reference, golden);
            try (Optimizer optimizer = replay.optimizer) {
                ExperienceMaker.Made<RolloutRow> made = null;
                Map<String, Double> told = Map.of();
                for (int step = 0; step < golden.get("history").size() && has(golden, step); step++) {
                    if (step % passes == 0) {
                        Step expected = Step.of(batches, step);
                        Judged judged = Judged.of(expected, floats(rewards,
                                "step" + step / passes + ".rewards_per_function"), golden, model);
                        made = maker.make(judged.groups);
                        compare(made.rows(), expected, golden.get("run").asString() + ", step " + (step + 1));
                        told = new LinkedHashMap<>(judged.scores.metrics());
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

    private static AdvantageMaker maker(ActorCritic model, Decoder reference, JsonNode golden) {
        JsonNode options = golden.get("options");
        boolean compares = command(golden).equals("grpo");
        List<Double> range = new ArrayList<>();
        options.path("reward_clip_range").forEach(bound -> range.add(bound.asDouble()));
        RewardShaping shaping = new RewardShaping(KlEstimator.K1, Optional.empty(), range, Optional.empty());
        Advantage advantage = compares
                ? new GroupRelative(GroupRelative.Scale.valueOf(
                        options.path("scale_rewards").asString("group").toUpperCase(java.util.Locale.ROOT)))
                : new LeaveOneOut(options.path("normalize_advantages").asBoolean(false));
        double price = compares ? 0 : options.path("beta").asDouble(0.05);
        boolean referenceInLoss = objective(golden).needs().contains(Need.REFERENCE);
        RolloutSettings rollouts = ConfigReader.record(RolloutSettings.class, Map.of("max_completion_length",
                options.get("max_completion_length").asInt(), "num_iterations",
                options.path("num_iterations").asInt(1)));
        return new AdvantageMaker(model,
                () -> price > 0 || referenceInLoss ? Optional.of(reference) : Optional.empty(),
                new AdvantageMaker.Method(shaping, KlController.fixed(price), advantage, referenceInLoss), rollouts,
                50);
    }

    /**
     * The answers with their rewards. TRL shuffles answers after it has judged them: the order of rewards is that of the
     * advantages of the same group, as the price of distance is small.
     */
    private record Judged(List<Group> groups, RewardScores scores) {
        static Judged of(Step step, float[] table, JsonNode golden, ActorCritic model) {
            List<NamedReward> functions = new ArrayList<>();
            double[] weights = {1, 1};
            for (int f = 0; f < 2 && golden.get("options").has("reward_weights"); f++) {
                weights[f] = golden.get("options").get("reward_weights").get(f).asDouble();
            }
            for (int f = 0; f < 2; f++) {
                int column = f;
                functions.add(new NamedReward("reward_" + "ab".charAt(f),
                        input -> Score.of(table[2 * Integer.parseInt(input.facts().get("place")) + column]),
                        weights[f]));
            }
            Rewards rewards = new Rewards(functions, RewardLimits.defaults(), MissingScores.SUM_OTHERS);
            double[] sums = IntStream.range(0, table.length / 2).mapToDouble(
                    i -> weights[0] * zero(table[2 * i]) + weights[1] * zero(table[2 * i + 1])).toArray();
            List<List<Integer>> places = places(step, sums);
            List<RewardInput> inputs = new ArrayList<>();
            List<List<Rollout>> rollouts = new ArrayList<>();
            for (int g = 0; g < places.size(); g++) {
                List<Integer> own = step.groups().get(g);
                rollouts.add(rollouts(step, own, model));
                for (int i = 0; i < own.size(); i++) {
                    inputs.add(RewardInput.of("", rollouts.get(g).get(i),
                            Map.of("place", String.valueOf(places.get(g).get(i)))));
                }
            }
            RewardScores scores = rewards.score(inputs);
            List<Group> groups = new ArrayList<>();
            for (int g = 0; g < places.size(); g++) {
                groups.add(new Group(prompt(step.prompts()[step.groups().get(g).getFirst()], g), rollouts.get(g),
                        scores.totals().subList(g * GROUP, (g + 1) * GROUP), Map.of()));
            }
            return new Judged(groups, scores);
        }

        private static double zero(float value) { return Float.isNaN(value) ? 0 : value; }

        /** For each group and answer the row of the rewards; groups stand as the data has them, or the other way round. */
        private static List<List<Integer>> places(Step step, double[] sums) {
            List<List<Integer>> groups = step.groups();
            List<List<Integer>> best = List.of();
            double least = Double.POSITIVE_INFINITY;
            for (int first = 0; first < groups.size(); first++) {
                double miss = 0;
                List<List<Integer>> places = new ArrayList<>();
                for (int g = 0; g < groups.size(); g++) {
                    int from = (first + g) % groups.size() * GROUP;
                    List<Integer> byReward = IntStream.range(from, from + GROUP).boxed()
                            .sorted(Comparator.comparingDouble(i -> sums[i])).toList();
                    List<Integer> own = groups.get(g);
                    List<Integer> byAdvantage = own.stream()
                            .sorted(Comparator.comparingDouble(i -> step.advantages()[i])).toList();
                    Integer[] found = new Integer[GROUP];
                    for (int rank = 0; rank < GROUP; rank++) {
                        found[own.indexOf(byAdvantage.get(rank))] = byReward.get(rank);
                        double gap = sums[byReward.get(rank)] - sums[byReward.getFirst()];
                        double told = step.advantages()[byAdvantage.get(rank)]
                                - step.advantages()[byAdvantage.getFirst()];
                        miss += Math.abs(gap / spread(sums, byReward) - told / spread(step, byAdvantage));
                    }
                    places.add(List.of(found));
                }
                if (miss < least) {
                    least = miss;
                    best = places;
                }
            }
            return best;
        }

        private static double spread(double[] sums, List<Integer> sorted) {
            return Math.max(1e-9, sums[sorted.getLast()] - sums[sorted.getFirst()]);
        }

        private static double spread(Step step, List<Integer> sorted) {
            return Math.max(1e-9, step.advantages()[sorted.getLast()] - step.advantages()[sorted.getFirst()]);
        }

        private static List<Rollout> rollouts(Step step, List<Integer> own, ActorCritic model) {
            List<RolloutRow> rows = List.of(RolloutRow.of(step.prompts()[own.getFirst()],
                    own.stream().map(i -> step.completions()[i]).toList(), true));
            List<float[]> said = new RolloutReader(model, 1, 1000).read(rows).getFirst().logProbs();
            List<Rollout> rollouts = new ArrayList<>();
            for (int i = 0; i < own.size(); i++) {
                rollouts.add(new Rollout(0, i, step.prompts()[own.get(i)], new Completion(
                        step.completions()[own.get(i)], said.get(i), said.get(i), List.of(), StopReason.LENGTH,
                        Optional.of(""))));
            }
            return rollouts;
        }

        private static PromptRow prompt(int[] ids, int index) {
            return new PromptRow(index, new Prompt(new Conversation(List.of(Message.user(""))), Map.of(),
                    new Origin(Path.of("fixture"), index, "row")), ids);
        }
    }

    private static void compare(List<RolloutRow> rows, Step expected, String where) {
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
