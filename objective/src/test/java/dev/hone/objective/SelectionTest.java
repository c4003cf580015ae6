package dev.hone.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.config.ConfigException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which completions are imitated, and who wins. */
class SelectionTest {
    private static final int[] GROUPS = {0, 0, 0, 0, 1, 1, 1, 1};

    @Test
    void theBestShareOfEachPromptOrOfAll() {
        double[] scores = {1, 4, 4, 2, 10, 9, 8, 7};
        assertThat(new BestShare(BestShare.Strategy.LOCAL, 0.25).keep(GROUPS, scores, 0))
                .containsExactly(false, true, false, false, true, false, false, false);
        assertThat(new BestShare(BestShare.Strategy.TOP, 0.25).keep(GROUPS, scores, 0))
                .containsExactly(false, false, false, false, true, true, false, false);
        assertThat(new BestShare(BestShare.Strategy.LOCAL, 0.01).keep(GROUPS, scores, 0)).contains(true);
    }

    @Test
    void equalScoresKeepNothing() {
        double[] scores = {3, 3, 3, 3, 1, 2, 2, 1};
        boolean[] second = {false, false, false, false, false, true, false, false};
        assertThat(new BestShare(BestShare.Strategy.LOCAL, 0.25).keep(GROUPS, scores, 0)).isEqualTo(second);
        assertThat(new RisingQuantile(0.7, 0.95, 4).keep(GROUPS, scores, 0))
                .containsExactly(false, false, false, false, false, true, true, false);
        double[] equal = new double[8];
        assertThat(new BestShare(BestShare.Strategy.TOP, 0.25).keep(GROUPS, equal, 0)).doesNotContain(true);
        assertThat(new RisingQuantile(0.7, 0.95, 4).keep(GROUPS, equal, 3)).doesNotContain(true);
    }

    @Test
    void theQuantileRisesWithinACycleAndBeginsAgain() {
        RisingQuantile rising = new RisingQuantile(0.5, 1, 3);
        int[] groups = new int[5];
        double[] scores = {0, 1, 2, 3, 4};
        // numpy.quantile(scores, [0.5, 0.75, 1]) = 2, 3, 4, the last held 0.001 below the greatest
        int[] kept = {3, 2, 1, 3};
        for (int generation = 0; generation < kept.length; generation++) {
            int count = 0;
            for (boolean each : rising.keep(groups, scores, generation)) {
                count += each ? 1 : 0;
            }
            assertThat(count).as("generation %d", generation).isEqualTo(kept[generation]);
        }
        assertThat(new RisingQuantile(0, 0, 1).keep(groups, scores, 0)).as("the least is never kept")
                .containsExactly(false, true, true, true, true);
        // numpy.quantile([1, 2, 4, 8, 16], 0.6) = 5.6, between two of them
        assertThat(new RisingQuantile(0.6, 0.6, 1).keep(groups, new double[]{1, 2, 4, 8, 16}, 0))
                .containsExactly(false, false, false, true, true);
        assertThatThrownBy(() -> new RisingQuantile(0.9, 0.8, 4)).isInstanceOf(ConfigException.class)
                .hasMessageContaining("start_percentile");
    }

    @Test
    void winsFollowBradleyAndTerry() {
        Opponent opponent = new Opponent(0.5);
        assertThat(opponent.wins(2, 2)).isEqualTo(0.5);
        assertThat(opponent.wins(1, 0)).isCloseTo(0.7310585786300049, within(1e-12));
        assertThat(opponent.wins(-1000, 1000)).isEqualTo(0);
        assertThatThrownBy(() -> new Opponent(1.5)).isInstanceOf(ConfigException.class);
    }

    @Test
    void anAnswerWithoutAnEndIsWorthLess() {
        EndPenalty penalty = new EndPenalty(Optional.of(2.0));
        assertThat(penalty.score(1, true)).isEqualTo(1);
        assertThat(penalty.score(1, false)).isEqualTo(-1);
        assertThat(new EndPenalty(Optional.empty()).score(1, false)).isEqualTo(1);
        assertThatThrownBy(() -> new EndPenalty(Optional.of(-1.0))).isInstanceOf(ConfigException.class);
    }
}
