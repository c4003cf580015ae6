package dev.hone.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.config.ConfigException;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Objectives that no fixture covers, by hand, and what all of them refuse. */
class OnlineObjectivesTest {
    private static final StepTotals TWO = new StepTotals(1, 2);

    private static Tensor of(double... values) { return Tensors.of(values); }

    private static IlqlSignals given(Tensor logProbs, Tensor values) {
        List<IlqlSignals.QHead> heads = List.of(new IlqlSignals.QHead(of(1, 2), of(0.7, 0.9)),
                new IlqlSignals.QHead(of(0, 3), of(0.2, 0.4)));
        return new IlqlSignals(logProbs, heads, of(0.5, 1), values, of(2, 0), of(0, 1.5), of(1, 1), TWO);
    }

    @Test
    void implicitQLearningByHand() {
        // targets 0 + 0.5·2 and 1.5 + 0; Q̄ − V: 0.5 − 1 and 1 − 0.25
        double q = ((1 - 1) * (1 - 1) + 0.25 + 1 + 2.25) / 2;
        double v = (0.3 * 0.25 + 0.7 * 0.5625) / 2;
        double cql = (0.7 + 0.9 + 0.2 + 0.4) / 2;
        double lm = (1.1 * Math.exp(2 * -0.5) + 2.2 * Math.exp(2 * 0.75)) / 2;
        Ilql objective = new Ilql(0.7, 0.5, 0.1, 3, 2);
        try (Scope scope = Scope.open()) {
            Tensor logProbs = of(-1.1, -2.2).leaf();
            Tensor values = of(1, 0.25).leaf();
            IlqlSignals signals = given(logProbs, values);
            Loss loss = objective.compute(signals);
            assertThat(loss.value().item()).isCloseTo(q + v + 0.1 * cql + 3 * lm, within(1e-12));
            loss.value().backward();
            // V is moved by its own loss alone, log π by its weight
            assertThat(values.grad().toDoubles()).containsExactly(new double[]{0.3 * 0.5, -0.7 * 0.75},
                    within(1e-12));
            assertThat(logProbs.grad().toDoubles()).containsExactly(
                    new double[]{-1.5 * Math.exp(-1), -1.5 * Math.exp(1.5)}, within(1e-12));
            Map<String, Double> reported = objective.metrics(signals).read().reported();
            assertThat(reported.get("losses/loss_q")).isCloseTo(q, within(1e-12));
            assertThat(reported.get("losses/loss_v")).isCloseTo(v, within(1e-12));
            assertThat(reported.get("losses/loss_cql")).isCloseTo(cql, within(1e-12));
            assertThat(reported.get("losses/loss_awac")).isCloseTo(lm, within(1e-12));
        }
    }

    @Test
    void optimismLowersWhatTheReferenceSays() {
        try (Scope scope = Scope.open()) {
            CompletionSignals chosen = CompletionSignals.of(of(-1, -2), Tensors.of(new long[]{0, 1}), 2)
                    .withReference(of(-1.5, -2));
            CompletionSignals rejected = CompletionSignals.of(of(-3, -4), Tensors.of(new long[]{0, 1}), 2)
                    .withReference(of(-3, -3.5));
            PairSignals pairs = PairSignals.of(chosen, rejected, new StepTotals(2, 2));
            Xpo objective = new Xpo(Xpo.LossType.SIGMOID, 0.4, 0.1);
            // both margins are 0.5; the reference said the second chosen and the first rejected completion
            double pair = Math.log1p(Math.exp(-0.4 * 0.5));
            XpoSignals signals = new XpoSignals(pairs, of(0, 1));
            assertThat(objective.compute(signals).value().item()).isCloseTo(pair + 0.1 * (-3 - 2) / 2, within(1e-12));
            assertThat(objective.metrics(signals).read().reported()).containsEntry("rewards/accuracies", 1.0)
                    .containsKey("loss/xpo");
            assertThatThrownBy(() -> new XpoSignals(pairs, of(1))).hasMessageContaining("expected [2]");
        }
    }

    /** Log-ratios 0.1 and 0.9 under ε = 0.4: the second counts 0.4 for a good completion, itself for a bad one. */
    @Test
    void geometricMeanByHand() {
        Gmpo objective = new Gmpo(0.4, Optional.empty(), 0, 0);
        try (Scope scope = Scope.open()) {
            for (double advantage : new double[]{2, -2}) {
                RolloutSignals signals = RolloutSignals.of(
                        CompletionSignals.of(of(-1, -1), Tensors.of(new long[]{0, 0}), 1), of(-1.1, -1.9),
                        of(advantage, advantage), of(1, 1), TWO, 2);
                double mean = advantage > 0 ? (0.1 + 0.4) / 2 : (0.1 + 0.9) / 2;
                assertThat(objective.compute(signals).value().item()).isCloseTo(-advantage * Math.exp(mean),
                        within(1e-12));
                assertThat(objective.metrics(signals).read().reported()).containsEntry("clip_ratio/high_mean",
                        advantage > 0 ? 0.5 : 0);
            }
        }
    }

    /** Entropy is worth its weight times its mean over the tokens that count. */
    @Test
    void theEntropyBonusIsAMeanOverTokens() {
        try (Scope scope = Scope.open()) {
            for (String name : List.of("ppo", "a2c", "grpo", "gmpo", "reinforce", "reinforce++")) {
                Tensor entropy = of(0.5, 1, 9).leaf();
                RolloutSignals signals = RolloutSignals.of(
                        CompletionSignals.of(of(-1, -1, -1), Tensors.of(new long[]{0, 0, 0}), 1), of(-1, -1, -1),
                        of(0, 0, 0), of(1, 1, 0), TWO, 3).withEntropy(entropy)
                        .withCritic(new RolloutSignals.Critic(of(0, 0, 0), of(0, 0, 0), of(0, 0, 0)));
                Loss loss = compute(name, Map.of("entropy_coef", 0.2), signals);
                assertThat(loss.value().item()).as(name).isCloseTo(-0.2 * 0.75, within(1e-12));
                loss.value().backward();
                assertThat(entropy.grad().toDoubles()).as(name).containsExactly(new double[]{-0.1, -0.1, 0},
                        within(1e-12));
            }
        }
    }

    @Test
    void missingSignalsAreNamed() {
        try (Scope scope = Scope.open()) {
            RolloutSignals bare = RolloutSignals.of(CompletionSignals.of(of(-1), Tensors.of(new long[]{0}), 1),
                    of(-1), of(1), of(1), new StepTotals(1, 1), 1);
            assertThatThrownBy(() -> compute("ppo", Map.of(), bare)).hasMessageContaining("VALUES");
            assertThatThrownBy(() -> compute("grpo", Map.of("beta", 0.1), bare)).hasMessageContaining("REFERENCE");
            assertThatThrownBy(() -> compute("grpo", Map.of("entropy_coef", 0.1), bare))
                    .hasMessageContaining("ENTROPY");
            assertThatThrownBy(() -> bare.withEntropy(of(1, 2))).hasMessageContaining("entropy");
            assertThatThrownBy(() -> new RolloutSignals.Critic(of(1, 2), of(1), of(1, 2))).hasMessageContaining(
                    "old values");
        }
    }

    @Test
    void nonsenseIsRefused() {
        refused("grpo", Map.of("loss_type", "cispo"), "epsilon_high");
        refused("grpo", Map.of("loss_type", "sapo", "delta", 2), "delta");
        refused("grpo", Map.of("epsilon", 1), "epsilon");
        refused("rloo", Map.of("epsilon_high", 0), "epsilon_high");
        refused("ppo", Map.of("cliprange", 0, "vf_coef", -1), "cliprange");
        refused("ilql", Map.of("tau", 1), "tau");
        refused("trpo", Map.of("target_kl", 0), "target_kl");
        assertThatThrownBy(() -> new Ppo(0, -1, -1, -1, 0.5)).isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("cliprange", "cliprange_value", "vf_coef", "entropy_coef", "ratio_threshold");
        assertThatThrownBy(() -> new Ilql(1, 2, -1, -1, -1)).hasMessageContainingAll("tau", "gamma", "cql_scale",
                "awac_scale", "beta");
        assertThatThrownBy(() -> new Trpo(0, 0, -1, 1, 0)).hasMessageContainingAll("target_kl", "cg_max_steps",
                "cg_damping", "line_search_shrinking_factor", "line_search_max_iter");
    }

    @SuppressWarnings("unchecked")
    private static Loss compute(String name, Map<String, ?> settings, RolloutSignals signals) {
        return ((Objective<RolloutSignals>) Objectives.find(name).orElseThrow().make(settings)).compute(signals);
    }

    private static void refused(String name, Map<String, ?> settings, String key) {
        assertThatThrownBy(() -> Objectives.find(name).orElseThrow().make(settings))
                .isInstanceOf(ConfigException.class).hasMessageContaining(key);
    }
}
