package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hone.config.ConfigReader;
import dev.hone.model.ActorCritic;
import dev.hone.model.Critic;
import dev.hone.model.Decoder;
import dev.hone.model.HeadOptions;
import dev.hone.model.HiddenOptions;
import dev.hone.model.RewardModel;
import dev.hone.model.Rows;
import dev.hone.model.TokenHead;
import dev.hone.objective.KlController;
import dev.hone.objective.KlEstimator;
import dev.hone.objective.MeanBaseline;
import dev.hone.objective.Objective;
import dev.hone.objective.Objectives;
import dev.hone.objective.RewardShaping;
import dev.hone.objective.RolloutSignals;
import dev.hone.reward.Score;
import dev.hone.rollout.Completion;
import dev.hone.rollout.Rollout;
import dev.hone.rollout.StopReason;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import dev.hone.tensor.TokenScores;
import dev.hone.testkit.Golden;
import dev.hone.text.Conversation;
import dev.hone.text.Message;
import dev.hone.text.Origin;
import dev.hone.text.Packer;
import dev.hone.text.Prompt;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How answers are laid out and cut changes nothing, and what is read of them is what a plain computation says. */
class RolloutLawsTest {
    private static final int LIMIT = 9;
    private static final double COLD = 0.7;

    /** Where values come from. */
    enum Kind {
        NONE, SHARED, SEPARATE
    }

    private static ActorCritic model(Kind kind) {
        Decoder policy = Decoder.load(Golden.path("runs", "init"), DType.FLOAT32, Device.CPU);
        return new ActorCritic(policy, switch (kind) {
            case NONE -> List.of();
            case SHARED -> List.of(Critic.Shared.of("critic", policy, 5));
            case SEPARATE -> List.of(new Critic.Separate("critic", RewardModel.start(Golden.path("runs", "init"),
                    HeadOptions.reward(5), DType.FLOAT32, Device.CPU)));
        });
    }

    /** Three prompts with 4, 1 and 3 answers, of which some tokens do not count. */
    private static List<RolloutRow> rows(boolean shares, boolean critic) {
        Random random = new Random(3);
        List<RolloutRow> rows = new ArrayList<>();
        for (int answers : new int[]{4, 1, 3}) {
            int[] prompt = random.ints(3 + answers, 0, 500).toArray();
            List<int[]> completions = IntStream.range(0, answers)
                    .mapToObj(i -> random.ints(1 + random.nextInt(LIMIT), 0, 500).toArray()).toList();
            List<RolloutRow.Answer> own = completions.stream().map(ids -> answer(random, ids.length, critic)).toList();
            if (shares) {
                rows.add(RolloutRow.of(prompt, completions, true).withAnswers(own)
                        .withReference(own.stream().map(each -> each.behaviour().orElseThrow()).toList()));
            } else {
                for (int i = 0; i < answers; i++) {
                    rows.add(RolloutRow.of(prompt, completions.subList(i, i + 1), false)
                            .withAnswers(own.subList(i, i + 1))
                            .withReference(List.of(own.get(i).behaviour().orElseThrow())));
                }
            }
        }
        return rows;
    }

    private static RolloutRow.Answer answer(Random random, int tokens, boolean critic) {
        float[] weights = new float[tokens];
        Arrays.fill(weights, random.nextInt(4) == 0 ? 0 : 1);
        return new RolloutRow.Answer(Optional.of(numbers(random, tokens, -6.2f, 0.3f)), Optional.empty(),
                numbers(random, tokens, 0, 1), weights,
                critic
                        ? List.of(new RolloutRow.Values(numbers(random, tokens, 0, 1), numbers(random, tokens, 1, 1)))
                        : List.of());
    }

    private static float[] numbers(Random random, int count, float mean, float spread) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = mean + spread * (float) random.nextGaussian();
        }
        return numbers;
    }

    @SuppressWarnings("unchecked") // an objective on rollouts
    private static Objective<RolloutSignals> objective(String line) {
        String[] words = line.split(" ");
        Map<String, Object> settings = new HashMap<>();
        for (int i = 1; i < words.length; i += 2) {
            settings.put(words[i], words[i + 1].matches("[0-9.]+") ? Double.valueOf(words[i + 1]) : words[i + 1]);
        }
        return (Objective<RolloutSignals>) Objectives.find(words[0]).orElseThrow().make(settings);
    }

    /** Loss, metrics and gradients of a step. */
    private record Taken(double loss, Map<String, Double> metrics, Map<String, float[]> gradients) {
        static Taken of(String line, Kind kind, boolean shares, int microbatchTokens) {
            Objective<RolloutSignals> objective = objective(line);
            boolean entropy = objective.needs().contains(dev.hone.objective.Need.ENTROPY);
            try (ActorCritic model = model(kind)) {
                SignalPass<RolloutRow, RolloutSignals> pass = new SignalPass<>(new RolloutSignaller(model,
                        HiddenOptions.PLAIN, new RolloutSignaller.Reading(COLD, LIMIT, entropy)), objective);
                Pass.Result result = pass.train(new Batch<>(RowSource.inOrder(rows(shares, kind != Kind.NONE),
                        microbatchTokens), 0, List.of()), 1, 0);
                return new Taken(result.loss(), result.metrics().reported(), gradients(model.parameters()));
            }
        }

        private static Map<String, float[]> gradients(List<Parameter> parameters) {
            Map<String, float[]> gradients = new TreeMap<>();
            for (Parameter parameter : parameters) {
                try (Scope scope = Scope.open()) {
                    parameter.gradient().ifPresent(
                            gradient -> gradients.put(parameter.name(), gradient.reshape(-1).toFloats()));
                }
            }
            parameters.forEach(Parameter::clearGradient);
            return gradients;
        }

        void equalTo(Taken other) {
            assertThat(loss).isCloseTo(other.loss, within(1e-5));
            assertThat(metrics.keySet()).isEqualTo(other.metrics.keySet());
            metrics.forEach((name, value) -> assertThat(value).as(name).isCloseTo(other.metrics.get(name),
                    within(1e-4)));
            assertThat(gradients.keySet()).isEqualTo(other.gradients.keySet());
            gradients.forEach((name, values) -> assertThat(values).as(name)
                    .containsExactly(other.gradients.get(name), within(2e-5f)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"grpo beta 0.1", "grpo loss_type grpo entropy_coef 0.1", "grpo loss_type dr_grpo",
            "grpo importance_sampling_level sequence", "grpo top_entropy_quantile 0.5", "gmpo", "rloo", "reinforce",
            "reinforce++"})
    void layoutAndCutChangeNothing(String line) {
        Taken whole = Taken.of(line, Kind.NONE, true, 10_000);
        assertThat(whole.gradients).isNotEmpty();
        Taken.of(line, Kind.NONE, true, 1).equalTo(whole);
        Taken.of(line, Kind.NONE, false, 10_000).equalTo(whole);
        Taken.of(line, Kind.NONE, false, 1).equalTo(whole);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ppo", "ppo entropy_coef 0.1", "a2c"})
    void layoutAndCutChangeNothingWithACritic(String line) {
        for (Kind kind : List.of(Kind.SHARED, Kind.SEPARATE)) {
            Taken whole = Taken.of(line, kind, true, 10_000);
            Taken.of(line, kind, true, 1).equalTo(whole);
            Taken.of(line, kind, false, 10_000).equalTo(whole);
            assertThat(whole.gradients.keySet()).anyMatch(name -> name.contains("score") || name.contains("value"));
        }
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"SHARED", "SEPARATE"})
    void theValueLossReachesThePolicyWhereItsStatesAreShared(Kind kind) {
        Taken with = Taken.of("ppo vf_coef 1", kind, true, 10_000);
        Taken without = Taken.of("ppo vf_coef 0", kind, true, 10_000);
        String embedding = "model.embed_tokens.weight";
        boolean same = Arrays.equals(with.gradients.get(embedding), without.gradients.get(embedding));
        assertThat(same).isEqualTo(kind == Kind.SEPARATE);
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"SHARED", "SEPARATE"})
    void valuesAndLogProbsDoNotDependOnTheLayout(Kind kind) {
        try (ActorCritic model = model(kind)) {
            List<float[]> shared = said(model, true, said -> said.values().getFirst());
            List<float[]> apart = said(model, false, said -> said.values().getFirst());
            near(shared, apart);
            near(said(model, true, RolloutReader.Said::logProbs), said(model, false, RolloutReader.Said::logProbs));
            assertThat(shared.getFirst()[0]).as("the first values are those of the same state")
                    .isCloseTo(shared.get(1)[0], within(1e-5f));
        }
    }

    private static List<float[]> said(ActorCritic model, boolean shares,
            Function<RolloutReader.Said, List<float[]>> what) {
        return new RolloutReader(model, COLD, 30).read(rows(shares, false)).stream().map(what).flatMap(List::stream)
                .toList();
    }

    private static void near(List<float[]> actual, List<float[]> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            assertThat(actual.get(i)).containsExactly(expected.get(i), within(1e-4f));
        }
    }

    @Test
    void logProbsAtATemperatureAndWholeDistancesAreThoseOfAPlainComputation() {
        try (ActorCritic model = model(Kind.NONE);
                Decoder other = Decoder.load(Golden.path("runs", "init"), DType.FLOAT32, Device.CPU);
                Scope scope = Scope.open()) {
            for (Parameter parameter : other.parameters()) {
                parameter.value().copyFrom(parameter.value().mul(0.9));
            }
            List<RolloutRow> rows = rows(false, false);
            List<List<float[]>> distances = new RolloutReader(model, COLD, 20).divergence(rows,
                    ReferenceModel.itself(other));
            List<float[]> logProbs = said(model, false, RolloutReader.Said::logProbs);
            List<List<float[]>> referred = new References(other, COLD).of(rows, RolloutRow::packed, 20);
            for (int r = 0; r < rows.size(); r++) {
                RolloutRow row = rows.get(r);
                Rows one = Rows.of(Packer.join(List.of(row.packed())), 512, Device.CPU);
                double[][] p = plain(model.policy(), one);
                double[][] q = plain(other, one);
                for (int t = 0; t < row.answers().getFirst().tokens(); t++) {
                    int at = row.promptLength() + t - 1;
                    int token = row.packed().ids()[at + 1];
                    assertThat((double) logProbs.get(r)[t]).isCloseTo(p[at][token], within(1e-4));
                    assertThat((double) referred.get(r).getFirst()[t]).isCloseTo(q[at][token], within(1e-4));
                    double kl = IntStream.range(0, 512).mapToDouble(v -> Math.exp(p[at][v]) * (p[at][v] - q[at][v]))
                            .sum();
                    assertThat((double) distances.get(r).getFirst()[t]).isCloseTo(kl, within(1e-4));
                    assertThat(kl).isPositive();
                }
            }
        }
    }

    /** The head's own backward against libtorch's of the same numbers. */
    @Test
    void theGradientOfEntropyAtATemperatureIsLibtorchs() {
        try (ActorCritic model = model(Kind.NONE); Scope scope = Scope.open()) {
            Decoder policy = model.policy();
            Rows rows = Rows.of(Packer.join(rows(true, false).stream().map(RolloutRow::packed).toList()), 512,
                    Device.CPU);
            Tensor hidden = policy.hidden(Tape.inference(), rows).detach();
            Random random = new Random(8);
            Tensor byEntropy = Tensors.of(numbers(random, (int) rows.predicted(), 0, 1));
            Tensor byLogProbs = Tensors.of(numbers(random, (int) rows.predicted(), 0, 1));
            Tape tape = Tape.gradients();
            tape.track(hidden);
            TokenScores.Readings said = policy.head().readings(tape, hidden, rows, new TokenHead.Reading(COLD, true));
            Tensor entropy = said.entropy().mul(1);
            tape.give(said.entropy(), byEntropy.copy());
            tape.give(said.logProbs(), byLogProbs.copy());
            tape.run();

            Tensor states = hidden.leaf();
            Tensor table = policy.head().weight().value().leaf();
            Tensor logProbs = states.indexSelect(0, rows.predictors()).matmul(table.transpose(0, 1)).mul(1 / COLD)
                    .logSoftmax(-1);
            Tensor expected = logProbs.exp().mul(logProbs).sum(-1, false).neg();
            Tensor own = logProbs.gather(1, rows.targets().reshape(-1, 1)).reshape(-1);
            expected.mul(byEntropy).sum().add(own.mul(byLogProbs).sum()).backward();
            assertThat(entropy.toFloats()).containsExactly(expected.detach().toFloats(), within(1e-4f));
            assertThat(tape.gradient(hidden).reshape(-1).toFloats())
                    .containsExactly(states.grad().reshape(-1).toFloats(), within(1e-5f));
            assertThat(policy.head().weight().gradient().orElseThrow().reshape(-1).toFloats())
                    .containsExactly(table.grad().reshape(-1).toFloats(), within(1e-4f));
            policy.parameters().forEach(Parameter::clearGradient);
        }
    }

    /** [T][V] log-probs at the temperature, in double precision from the scores on. */
    private static double[][] plain(Decoder decoder, Rows rows) {
        Tensor logits = decoder.head().logits(decoder.hidden(Tape.inference(), rows));
        int width = (int) logits.size(1);
        float[] all = logits.reshape(-1).toFloats();
        double[][] said = new double[all.length / width][width];
        for (int t = 0; t < said.length; t++) {
            double sum = 0;
            for (int v = 0; v < width; v++) {
                sum += Math.exp(all[t * width + v] / COLD);
            }
            for (int v = 0; v < width; v++) {
                said[t][v] = all[t * width + v] / COLD - Math.log(sum);
            }
        }
        return said;
    }

    /** A generation is priced by the weight that stood when it was written; what it showed steers the next one. */
    @Test
    void theSteeredPriceHoldsFromTheNextGenerationOn() {
        KlController start = new KlController(0.5, 1e-3, 10);
        try (ActorCritic model = model(Kind.NONE);
                Decoder other = Decoder.load(Golden.path("models", "llama"), DType.FLOAT32, Device.CPU)) {
            AdvantageMaker maker = new AdvantageMaker(model, () -> Optional.of(ReferenceModel.itself(other)),
                    new AdvantageMaker.Method(
                            new RewardShaping(KlEstimator.K1, Optional.empty(), List.of(), Optional.empty()), start,
                            ConfigReader.record(MeanBaseline.class, Map.of()), false),
                    ConfigReader.record(RolloutSettings.class, Map.of()), 100);
            List<Group> groups = List.of(group());
            double first = shaped(maker, groups);
            double distance = (2.0 - first) / 0.5;
            assertThat(distance).isNotCloseTo(0, within(0.1));
            double beta = start.after(distance, 1).beta();
            assertThat(beta).isNotEqualTo(0.5);
            assertThat(shaped(maker, groups)).isCloseTo(2 - beta * distance, within(1e-3));
        }
    }

    private static double shaped(AdvantageMaker maker, List<Group> groups) {
        return maker.make(groups, new ExperienceMaker.Turn(0, 0)).metrics().get("objective/rlhf_reward");
    }

    private static Group group() {
        int[] prompt = {5, 9, 7};
        int[] ids = {4, 8, 2, 6};
        float[] said = {-0.3f, -0.2f, -0.4f, -0.1f};
        Completion completion = new Completion(ids, said, said, List.of(), StopReason.LENGTH, Optional.of(""));
        return new Group(new PromptRow(0, new Prompt(new Conversation(List.of(Message.user(""))), Map.of(),
                new Origin(Path.of("none"), 1, "row")), prompt), List.of(new Rollout(0, 0, prompt, completion)),
                List.of(new Score.Value(2)), Map.of());
    }
}
