package dev.hone.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScoreNormaliserTest {
    private static List<double[]> scores() {
        Random random = new Random(2);
        return IntStream.range(0, 50)
                .mapToObj(i -> new double[]{1e4 + random.nextGaussian(), -3 + 5 * random.nextGaussian()}).toList();
    }

    @Test
    void batchesAddUpToOne() {
        ScoreNormaliser whole = ScoreNormaliser.empty(2).update(scores());
        ScoreNormaliser parts = ScoreNormaliser.empty(2);
        for (int from = 0, to = 1; from < 50; from = to, to = Math.min(50, 2 * to + 1)) {
            parts = parts.update(scores().subList(from, to));
        }
        assertThat(parts.count()).isEqualTo(50);
        for (int label = 0; label < 2; label++) {
            assertThat(parts.means().get(label)).isCloseTo(whole.means().get(label), within(1e-9));
            assertThat(parts.deviations().get(label)).isCloseTo(whole.deviations().get(label), within(1e-9));
        }
    }

    @Test
    void normalisedScoresHaveMeanZeroAndDeviationOne() {
        ScoreNormaliser normaliser = ScoreNormaliser.empty(2).update(scores());
        for (int label = 0; label < 2; label++) {
            int which = label;
            double[] normalised = scores().stream().mapToDouble(row -> normaliser.apply(row)[which]).toArray();
            double squares = java.util.Arrays.stream(normalised).map(x -> x * x).sum();
            assertThat(java.util.Arrays.stream(normalised).sum()).isCloseTo(0, within(1e-8));
            assertThat(squares / 49).isCloseTo(1, within(1e-9));
        }
    }

    @Test
    void whatHasNoSpreadIsOnlyCentred() {
        assertThat(ScoreNormaliser.empty(1).apply(new double[]{3})).containsExactly(3);
        assertThat(ScoreNormaliser.empty(1).update(List.of(new double[]{2})).apply(new double[]{3}))
                .containsExactly(1);
    }

    @Test
    void refusesWhatIsNoNumber() {
        assertThatThrownBy(() -> ScoreNormaliser.empty(1).update(List.of(new double[]{Double.NaN})))
                .hasMessageContaining("[NaN]");
        assertThatThrownBy(() -> new ScoreNormaliser(3, List.of(0.0), List.of(-1.0)))
                .hasMessageContaining("deviation of at least 0");
    }
}
