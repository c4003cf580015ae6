package dev.hone.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Two arms, softmax of two logits: what policy objectives do is known in closed form. */
class BanditTest {
    private static final double[] LOGITS = {0.4, -0.3};
    private static final double[] REWARDS = {2, -1};

    static Stream<Objective<RolloutSignals>> policies() {
        Stream<Objective<RolloutSignals>> forms = Stream.of(GrpoLoss.values())
                .flatMap(form -> Stream.of("token", "sequence", "sequence_token").map(level -> make("grpo",
                        Map.of("loss_type", form.name().toLowerCase(java.util.Locale.ROOT), "epsilon_high", 2,
                                "importance_sampling_level", level))));
        return Stream.concat(forms, Stream.of("ppo", "rloo", "reinforce", "reinforce++", "a2c", "trpo", "gmpo")
                .map(name -> make(name, Map.of())));
    }

    /** ∂ E[r] / ∂ logit_0 = p·(1 − p)·(r_0 − r_1), whatever baseline the advantages leave out. */
    @ParameterizedTest
    @MethodSource("policies")
    void theExpectedGradientIsThatOfTheExpectedReward(Objective<RolloutSignals> objective) {
        double p = 1 / (1 + Math.exp(LOGITS[1] - LOGITS[0]));
        double expected = p * (1 - p) * (REWARDS[0] - REWARDS[1]);
        for (double baseline : new double[]{0, 0.7}) {
            try (Scope scope = Scope.open()) {
                Tensor logits = Tensors.of(LOGITS).leaf();
                Tensor first = loss(objective, logits, 0, REWARDS[0] - baseline).mul(p);
                first.add(loss(objective, logits, 1, REWARDS[1] - baseline).mul(1 - p)).backward();
                assertThat(logits.grad().toDoubles()).containsExactly(new double[]{-expected, expected}, within(1e-9));
            }
        }
    }

    /** E = Σ_a π(a)·(β(log π − log π_ref) − A)·∂ log π: the gradient of β·KL(π ‖ π_ref) − E[A]. */
    @Test
    void mirrorDescentFollowsRewardAndKl() {
        double p = 1 / (1 + Math.exp(LOGITS[1] - LOGITS[0]));
        double[] logs = {Math.log(p), Math.log(1 - p)};
        double half = Math.log(0.5);
        double beta = 0.3;
        try (Scope scope = Scope.open()) {
            Tensor logits = Tensors.of(LOGITS).leaf();
            NashMd objective = new NashMd(beta);
            Tensor total = Tensors.of(new double[]{0}).sum();
            for (int arm = 0; arm < 2; arm++) {
                RolloutSignals one = signals(logits, arm, REWARDS[arm]);
                RolloutSignals tied = RolloutSignals.of(
                        one.completions().withReference(Tensors.of(new double[]{half})), one.behaviour(),
                        one.advantages(), one.weights(), one.totals(), 1);
                total = total.add(objective.compute(tied).value().mul(Math.exp(logs[arm])));
                assertThat(objective.metrics(tied).read().reported().get("loss/kl")).isCloseTo(logs[arm] - half,
                        within(1e-12));
            }
            total.backward();
            double slope = beta * p * (1 - p) * (logs[0] - logs[1]) - p * (1 - p) * (REWARDS[0] - REWARDS[1]);
            assertThat(logits.grad().toDoubles()).containsExactly(new double[]{slope, -slope}, within(1e-9));
        }
    }

    /** What is beyond the range in the advantage's way moves nothing; on the other side it does. */
    @ParameterizedTest
    @CsvSource({"1, 0.5, true", "1, -0.5, false", "-1, -0.5, true", "-1, 0.5, false"})
    void clippingStopsWhatHasGoneFarEnough(double advantage, double moved, boolean stopped) {
        for (String name : new String[]{"ppo", "grpo", "rloo", "gmpo", "reinforce++"}) {
            try (Scope scope = Scope.open()) {
                Tensor logits = Tensors.of(LOGITS).leaf();
                RolloutSignals here = signals(logits, 0, advantage);
                RolloutSignals then = critic(RolloutSignals.of(here.completions(), here.behaviour().sub(moved),
                        here.advantages(), here.weights(), here.totals(), 1));
                make(name, Map.of()).compute(then).value().backward();
                assertThat(logits.grad().abs().max().item() == 0).as(name).isEqualTo(stopped);
            }
        }
    }

    @Test
    void tokensOfASequenceLearnByTheirOwnAdvantages() {
        try (Scope scope = Scope.open()) {
            Tensor leaf = Tensors.of(new double[]{-1, -2}).leaf();
            RolloutSignals signals = RolloutSignals.of(
                    CompletionSignals.of(leaf, Tensors.of(new long[]{0, 0}), 1), Tensors.of(new double[]{-1.1, -2}),
                    Tensors.of(new double[]{1, 3}), Tensors.of(new double[]{1, 1}), new StepTotals(1, 2), 2);
            make("grpo", Map.of("importance_sampling_level", "sequence_token")).compute(signals).value().backward();
            double ratio = Math.exp(0.05); // mean of 0.1 and 0
            assertThat(leaf.grad().toDoubles()).containsExactly(new double[]{-ratio / 2, -3 * ratio / 2},
                    within(1e-12));
        }
    }

    @Test
    void rowsFarFromTheirPolicyAreSkipped() {
        try (Scope scope = Scope.open()) {
            for (double moved : new double[]{2.2, 2.4}) { // e^2.2 is 9.0, e^2.4 is 11.0
                Tensor logits = Tensors.of(LOGITS).leaf();
                RolloutSignals here = signals(logits, 0, -1);
                RolloutSignals then = critic(RolloutSignals.of(here.completions(), here.behaviour().sub(moved),
                        here.advantages(), here.weights(), here.totals(), 1));
                double loss = make("ppo", Map.of()).compute(then).value().item();
                assertThat(loss).isCloseTo(moved < 2.3 ? Math.exp(2.2) : 0, within(1e-9));
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static Objective<RolloutSignals> make(String name, Map<String, ?> settings) {
        return (Objective<RolloutSignals>) Objectives.find(name).orElseThrow().make(settings);
    }

    private static Tensor loss(Objective<RolloutSignals> objective, Tensor logits, int arm, double advantage) {
        return objective.compute(signals(logits, arm, advantage)).value();
    }

    /** One completion of one token: that arm. */
    private static RolloutSignals signals(Tensor logits, int arm, double advantage) {
        Tensor logProb = logits.logSoftmax(0).narrow(0, arm, 1);
        return critic(RolloutSignals.of(CompletionSignals.of(logProb, Tensors.of(new long[]{0}), 1), logProb.detach(),
                Tensors.of(new double[]{advantage}), Tensors.of(new double[]{1}), new StepTotals(1, 1), 1));
    }

    private static RolloutSignals critic(RolloutSignals signals) {
        Tensor zero = Tensors.of(new double[]{0});
        return signals.withCritic(new RolloutSignals.Critic(zero, zero, zero));
    }
}
