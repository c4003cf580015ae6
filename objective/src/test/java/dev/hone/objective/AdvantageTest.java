package dev.hone.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.config.ConfigException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Every advantage beside numbers made by hand. */
class AdvantageTest {
    private static final double NONE = Double.NaN;

    private static double[] firsts(Estimate estimate) {
        double[] firsts = new double[estimate.advantages().length];
        for (int i = 0; i < firsts.length; i++) {
            firsts[i] = estimate.advantages()[i][0];
        }
        return firsts;
    }

    private static void assertNear(double[] found, double... expected) {
        assertThat(found).containsExactly(expected, within(1e-9));
    }

    /** Three states, rewards 1, 0, 2 and values 0.5, 1, 1.5. */
    private static Experience threeSteps() {
        return new Experience(new int[1], new double[][]{{1, 0, 2}}, new double[][]{{0.5, 1, 1.5}});
    }

    @Test
    void generalisedEstimation() {
        // δ_3 = 2 − 1.5, δ_2 = 0.9·1.5 − 1, δ_1 = 1 + 0.9·1 − 0.5; γλ = 0.72
        double third = 0.5;
        double second = 0.35 + 0.72 * third;
        double first = 1.4 + 0.72 * second;
        Estimate estimate = new Gae(0.9, 0.8, false, false).of(threeSteps());
        assertNear(estimate.advantages()[0], first, second, third);
        assertNear(estimate.returns()[0], first + 0.5, second + 1, third + 1.5);
        assertNear(new Gae(0.9, 0, false, false).of(threeSteps()).advantages()[0], 1.4, 0.35, 0.5);
    }

    @Test
    void withLambdaOneReturnsAreMonteCarlo() {
        Estimate estimate = new Gae(0.9, 1, false, false).of(threeSteps());
        Estimate sums = new ReturnToGo(0.9).of(threeSteps());
        assertNear(sums.returns()[0], 1 + 0.81 * 2, 0.9 * 2, 2);
        assertNear(estimate.returns()[0], sums.returns()[0]);
        assertNear(estimate.advantages()[0], sums.advantages()[0]);
        assertNear(sums.advantages()[0], 2.62 - 0.5, 1.8 - 1, 0.5);
    }

    @Test
    void returnsAreTakenBeforeWhitening() {
        Estimate plain = new Gae(0.9, 0.8, false, false).of(threeSteps());
        Estimate white = new Gae(0.9, 0.8, false, true).of(threeSteps());
        assertNear(white.returns()[0], plain.returns()[0]);
        RunningMoments moments = RunningMoments.NONE.plus(white.advantages()[0]);
        assertThat(moments.mean()).isCloseTo(0, within(1e-12));
        assertThat(moments.standardDeviation()).isCloseTo(1, within(1e-6));
    }

    @Test
    void whitenedRewardsKeepTheirMean() {
        Experience two = new Experience(new int[2], new double[][]{{1, 3}, {NONE}}, new double[][]{{0, 0}, {9}});
        double spread = Math.sqrt(2 + 1e-8);
        Estimate estimate = new Gae(1, 1, true, false).of(two);
        assertNear(estimate.returns()[0], 4, 2 + 1 / spread);
        assertNear(estimate.advantages()[1], 0);
        assertThat(estimate.usable()).containsExactly(true, false);
    }

    @Test
    void anUnusableCompletionDoesNotMoveTheOthers() {
        Experience both = new Experience(new int[2], new double[][]{{1, 0, 2}, {NONE, 1}},
                new double[][]{{0.5, 1, 1.5}, {3, 3}});
        for (Advantage advantage : new Advantage[]{new Gae(0.9, 0.8, true, true), new ReturnToGo(0.5),
                new BatchNormalized(1)}) {
            Estimate estimate = advantage.of(both);
            assertNear(estimate.advantages()[0], advantage.of(threeSteps()).advantages()[0]);
            assertNear(estimate.advantages()[1], 0, 0);
            assertNear(estimate.weights(new boolean[]{true, true}, false), 1, 1, 1, 0, 0);
        }
    }

    @Test
    void leaveOneOut() {
        // groups lie mixed: prompt 0 has 1, 4 and 7, prompt 1 has 2 and one that could not be judged
        Estimate estimate = new LeaveOneOut(false).of(Experience.of(new int[]{0, 1, 0, 1, 0}, 1, 2, 4, NONE, 7));
        assertNear(firsts(estimate), 1 - 5.5, 0, 4 - 4, 0, 7 - 2.5);
        assertThat(estimate.usable()).containsExactly(true, true, true, false, true);
        Estimate scaled = new LeaveOneOut(true).of(Experience.of(new int[]{0, 0, 1, 1}, 1, 3, 0, NONE));
        // −2, 2 and 0, whose spread is 2
        assertNear(firsts(scaled), -2 / 2.0001, 2 / 2.0001, 0, 0);
    }

    /** A completion's reward is the sum over its tokens, the penalties for distance among them. */
    @Test
    void rewardsOfTokensAddUp() {
        Experience shaped = new Experience(new int[2], new double[][]{{-0.1, 0.5}, {-0.2, -0.1, 1.9}},
                new double[0][]);
        Estimate estimate = new LeaveOneOut(false).of(shaped);
        assertNear(estimate.advantages()[0], 0.4 - 1.6, 0.4 - 1.6);
        assertNear(estimate.advantages()[1], 1.2, 1.2, 1.2);
        assertNear(estimate.returns()[1], 1.6, 1.8, 1.9);
        assertNear(Estimate.flat(estimate.advantages()), -1.2, -1.2, 1.2, 1.2, 1.2);
    }

    @Test
    void relativeToTheGroup() {
        Experience given = Experience.of(new int[]{0, 0, 0, 1, 1, 2}, 1, 3, NONE, 5, 5, 2);
        double pair = Math.sqrt(2);
        Estimate group = new GroupRelative(GroupRelative.Scale.GROUP).of(given);
        assertNear(firsts(group), -1 / (pair + 1e-4), 1 / (pair + 1e-4), 0, 0, 0, 0);
        assertNear(firsts(new GroupRelative(GroupRelative.Scale.NONE).of(given)), -1, 1, 0, 0, 0, 0);
        double batch = Math.sqrt((4.84 + 0.04 + 3.24 + 3.24 + 1.44) / 4); // of 1, 3, 5, 5, 2, whose mean is 3.2
        assertNear(firsts(new GroupRelative(GroupRelative.Scale.BATCH).of(given)), -1 / (batch + 1e-4),
                1 / (batch + 1e-4), 0, 0, 0, 0);
        assertNear(inOrder(group), 3.2, batch, 3.0 / 5);
    }

    /** What TRL 1.13 makes of two prompts with four answers each, one of them without the second of two rewards; in order of size. */
    @Test
    void asTheReferenceHasThem() {
        double[] rewards = {1.273, 2.469, -0.039, -0.366, 0.007, 1.668, 0.007, 0.668};
        double[] halved = {1.273, 1.969, -0.039, -0.366, 0.007, 1.168, 0.007, 0.668}; // the second at half weight
        assertSorted(new GroupRelative(GroupRelative.Scale.GROUP), rewards, -0.9233735, -0.739547, -0.739547,
                -0.6718066, 0.1025556, 0.3375382, 1.257642, 1.3765385);
        assertSorted(new GroupRelative(GroupRelative.Scale.NONE), rewards, -1.2002499, -0.8732499, -0.5804999,
                -0.5804999, 0.0805, 0.43875, 1.0805, 1.6347499);
        assertSorted(new GroupRelative(GroupRelative.Scale.BATCH), halved, -1.3124152, -0.9132897, -0.5559685,
                -0.5559685, 0.2508266, 0.6880949, 0.8611104, 1.5376098);
        assertSorted(new LeaveOneOut(false), rewards, -1.6003332, -1.1643333, -0.7739999, -0.7739999, 0.1073334,
                0.585, 1.4406667, 2.1796665);
        RewardShaping bounded = new RewardShaping(KlEstimator.K1, Optional.empty(), List.of(-0.5, 0.8),
                Optional.empty());
        assertSorted(new LeaveOneOut(true),
                Arrays.stream(rewards).map(reward -> bounded.score(reward, true)).toArray(), -1.3920726, -0.7612162,
                -0.7612162, -0.7072923, 0.6230034, 0.8994286, 1.0496825, 1.0496825);
        double[] reported = inOrder(new GroupRelative(GroupRelative.Scale.GROUP)
                .of(Experience.of(new int[]{0, 0, 0, 0, 1, 1, 1, 1}, rewards)));
        assertThat(reported).containsExactly(new double[]{0.7108750343322754, 1.0026938915252686, 0}, within(1e-6));
    }

    /** Mean reward, its spread, and the share of groups that were all alike. */
    private static double[] inOrder(Estimate estimate) {
        Map<String, Double> reported = estimate.metrics().reported();
        assertThat(reported.keySet()).element(1).isEqualTo("reward_std");
        assertThat(reported.keySet()).element(2).isEqualTo("frac_reward_zero_std");
        return reported.values().stream().mapToDouble(value -> value).toArray();
    }

    private static void assertSorted(Advantage advantage, double[] rewards, double... expected) {
        double[] found = firsts(advantage.of(Experience.of(new int[]{0, 0, 0, 0, 1, 1, 1, 1}, rewards)));
        Arrays.sort(found);
        assertThat(found).containsExactly(expected, within(2e-6));
    }

    /** 0.1 three times has a mean that is not 0.1: rounding must not become an advantage. */
    @Test
    void equalRewardsGiveNothing() {
        Estimate estimate = new GroupRelative(GroupRelative.Scale.GROUP)
                .of(Experience.of(new int[3], 0.1, 0.1, 0.1));
        assertThat(firsts(estimate)).containsExactly(0, 0, 0);
    }

    @Test
    void overTheBatch() {
        Experience two = new Experience(new int[]{0, 1}, new double[][]{{-1, 2}, {4}}, new double[0][]);
        // returns to go 1, 2 and 4: mean 7/3, variance 7/3
        double spread = Math.sqrt(7.0 / 3 + 1e-8);
        Estimate estimate = new BatchNormalized(1).of(two);
        assertNear(estimate.advantages()[0], (1 - 7.0 / 3) / spread, (2 - 7.0 / 3) / spread);
        assertNear(estimate.advantages()[1], (4 - 7.0 / 3) / spread);
        assertNear(firsts(new MeanBaseline().of(Experience.of(new int[]{0, 1, 2}, 1, NONE, 4))), -1.5, 0, 1.5);
    }

    @Test
    void truncatedCompletionsCanBeLeftOut() {
        Estimate estimate = new MeanBaseline().of(new Experience(new int[3], new double[][]{{1, 1}, {2}, {NONE}},
                new double[0][]));
        boolean[] ended = {false, true, true};
        assertNear(estimate.weights(ended, true), 0, 0, 1, 0);
        assertNear(estimate.weights(ended, false), 1, 1, 1, 0);
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> new Gae(1.1, -0.1, false, false)).isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("gamma", "lam");
        assertThatThrownBy(() -> new Gae(1, 1, false, false).of(Experience.of(new int[1], 1)))
                .hasMessageContaining("values");
        assertThatThrownBy(() -> new Experience(new int[2], new double[1][1], new double[0][]))
                .hasMessageContaining("same number");
        assertThatThrownBy(() -> new Experience(new int[1], new double[1][2], new double[1][3]))
                .hasMessageContaining("every token");
    }
}
