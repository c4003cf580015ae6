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

/** Reward losses that no fixture covers, by hand. */
class RewardObjectivesTest {
    private static double soft(double gap) { return Math.log1p(Math.exp(-gap)); }

    private static Tensor of(double... values) { return Tensors.of(values); }

    @Test
    void aLongListCountsAsMuchAsAShortOne() {
        try (Scope scope = Scope.open()) {
            RankedSignals lists = new RankedSignals(of(3, 1, -1, 0.5, 2), List.of(3, 2), StepTotals.ofRows(2));
            double size = 0.5 * 0.1;
            double first = (soft(2) + size * 10 + soft(4) + size * 10 + soft(2) + size * 2) / 3;
            double second = soft(-1.5) + size * 4.25;
            assertThat(new RankedReward(0.1, 0).compute(lists).value().item())
                    .isCloseTo((first + second) / 2, within(1e-12));
            Map<String, Double> metrics = new RankedReward(0.1, 0).metrics(lists).read().reported();
            assertThat(metrics).containsEntry("accuracy", 0.5).containsEntry("min_reward", -1.0)
                    .containsEntry("max_reward", 3.0);
        }
    }

    @Test
    void costsAreTiedToSafety() {
        try (Scope scope = Scope.open()) {
            CostSignals pair = new CostSignals(of(-1), of(2), of(1), of(-1), StepTotals.ofRows(1));
            double expected = soft(3) + soft(1) + soft(2) + 0.01 * 0.5 * 5;
            assertThat(new CostModel(0.01).compute(pair).value().item()).isCloseTo(expected, within(1e-12));
            assertThat(new CostModel(0.01).metrics(pair).read().reported()).containsEntry("accuracy_sign", 1.0)
                    .containsEntry("accuracy", 1.0).containsEntry("margin", 3.0);
            CostSignals bothUnsafe = new CostSignals(of(-1), of(2), of(-1), of(-1), StepTotals.ofRows(1));
            assertThat(new CostModel(0).compute(bothUnsafe).value().item())
                    .isCloseTo(soft(3) + soft(-1) + soft(2), within(1e-12));
        }
    }

    @Test
    void aPairIsTheMeanOfItsPlaces() {
        try (Scope scope = Scope.open()) {
            TokenScoreSignals pairs = new TokenScoreSignals(of(1, 2, 0), of(0, 4, 1), Tensors.of(new long[]{0, 0, 1}),
                    2,
                    StepTotals.ofRows(2));
            assertThat(new TokenwiseReward(0).compute(pairs).value().item())
                    .isCloseTo(((soft(1) + soft(-2)) / 2 + soft(-1)) / 2, within(1e-12));
            assertThat(new TokenwiseReward(0).metrics(pairs).read().reported()).containsEntry("margin", -0.75);
        }
    }

    @Test
    void regularisersAndSmoothing() {
        try (Scope scope = Scope.open()) {
            ScorePairSignals pair = new ScorePairSignals(of(2), of(-0.5), Optional.of(of(1)), StepTotals.ofRows(1));
            double expected = 0.8 * soft(1.5) + 0.2 * soft(-1.5) + 0.3 * 1.5 * 1.5 + 0.1 * 0.5 * 4.25;
            assertThat(new PairwiseReward(0.3, 0.1, 0.2).compute(pair).value().item()).isCloseTo(expected,
                    within(1e-12));
        }
    }

    @Test
    void binsStepsAndTargets() {
        try (Scope scope = Scope.open()) {
            Tensor logits = of(0, Math.log(3), 0, 0).view(2, 2);
            ClassSignals classes = new ClassSignals(logits, Tensors.of(new long[]{1, 1}), StepTotals.ofRows(2));
            double plain = (Math.log(4.0 / 3) + Math.log(2)) / 2;
            assertThat(new ProcessReward().compute(classes).value().item()).isCloseTo(plain, within(1e-12));
            assertThat(new BinnedReward(2, 0).compute(classes).value().item()).isCloseTo(plain, within(1e-12));
            assertThat(BinnedReward.expected(logits).toDoubles()).containsExactly(0.75, 0.5);
            assertThatThrownBy(() -> new BinnedReward(5, 0).compute(classes)).hasMessageContaining("reward_bins");
            TargetSignals targets = new TargetSignals(of(1, 4), of(3, 1), StepTotals.ofRows(2));
            assertThat(new RegressionReward().compute(targets).value().item()).isEqualTo(6.5);
            assertThat(new RegressionReward().metrics(targets).read().reported())
                    .containsEntry("mean_absolute_error", 2.5);
        }
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> new PairwiseReward(-1, Double.NaN, 0.7)).isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("center_rewards_coefficient", "reward_l2", "label_smoothing");
        assertThatThrownBy(() -> new CostModel(-1)).hasMessageContaining("reward_l2");
        assertThatThrownBy(() -> new TokenwiseReward(-1)).hasMessageContaining("reward_l2");
        assertThatThrownBy(() -> new RankedReward(0, 1)).hasMessageContaining("label_smoothing");
        assertThatThrownBy(() -> new BinnedReward(1, 1)).hasMessageContainingAll("reward_bins", "label_smoothing");
        try (Scope scope = Scope.open()) {
            assertThatThrownBy(() -> new RankedSignals(of(1, 2), List.of(1, 1), StepTotals.ofRows(2)))
                    .hasMessageContaining("at least 2");
        }
    }
}
