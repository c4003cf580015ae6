package dev.hone.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.config.ConfigException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RewardShapingTest {
    private static RewardShaping shaping(Optional<Double> penalty, List<Double> range, Optional<Double> bound) {
        return new RewardShaping(KlEstimator.K1, penalty, range, bound);
    }

    @Test
    void estimatorsByHand() {
        double[] values = new double[5];
        for (KlEstimator estimator : KlEstimator.values()) {
            values[estimator.ordinal()] = estimator.of(-0.5, 0.3);
        }
        assertThat(values).containsExactly(new double[]{-0.5, 0.5, 0.125, Math.exp(0.5) - 1.5, 0.3}, within(1e-15));
        double[] far = KlEstimator.K3.of(new double[]{0, -60, 60, -1000});
        assertThat(Arrays.stream(far)).allMatch(value -> value >= 0 && value < Double.POSITIVE_INFINITY);
        assertThatThrownBy(() -> KlEstimator.FULL.of(new double[1])).hasMessageContaining("distributions");
    }

    /** Of two tokens with p = 0.7, 0.3 against 0.5, 0.5, the mean of k1 and of k3 under p is the KL. */
    @Test
    void k1AndK3AreUnbiased() {
        double[] p = {0.7, 0.3};
        double kl = 0.7 * Math.log(1.4) + 0.3 * Math.log(0.6);
        for (KlEstimator estimator : new KlEstimator[]{KlEstimator.K1, KlEstimator.K3}) {
            double mean = 0;
            for (double one : p) {
                mean += one * estimator.of(Math.log(one / 0.5), 0);
            }
            assertThat(mean).isCloseTo(kl, within(1e-12));
        }
    }

    @Test
    void theScoreIsAtTheLastToken() {
        RewardShaping plain = shaping(Optional.empty(), List.of(), Optional.empty());
        assertThat(plain.rewards(2, 0.1, new double[]{1, -0.5, 3})).containsExactly(new double[]{-0.1, 0.05, 1.7},
                within(1e-12));
        assertThat(plain.rewards(Double.NaN, 0.1, new double[]{1, 2})[1]).isNaN();
    }

    @Test
    void penaltyFirstThenBounds() {
        RewardShaping all = shaping(Optional.of(1.0), List.of(-0.5, 2.0), Optional.of(1.5));
        assertThat(all.score(3, true)).isEqualTo(2);
        assertThat(all.score(1.5, false)).isEqualTo(0.5);
        assertThat(all.score(0, false)).isEqualTo(-0.5);
        assertThat(all.score(Double.NaN, false)).isNaN();
        assertThat(all.rewards(2, 1, new double[]{4, -0.2})).containsExactly(-1.5, 1.5);
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> shaping(Optional.of(-1.0), List.of(1.0), Optional.of(0.0)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("missing_eos_penalty", "reward_clip_range", "token_reward_clip");
        assertThatThrownBy(() -> shaping(Optional.empty(), List.of(2.0, 1.0), Optional.empty()))
                .hasMessageContaining("smaller");
    }
}
