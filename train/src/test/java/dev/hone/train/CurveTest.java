package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CurveTest {
    private static final double NAN = Double.NaN;

    private static Curve of(int size, IntToDoubleFunction value) {
        return new Curve(IntStream.range(0, size).asDoubleStream().toArray(),
                IntStream.range(0, size).mapToDouble(value).toArray());
    }

    @Test
    void thinningKeepsEndsAndEveryExtreme() {
        Random random = new Random(1);
        double[] noise = random.doubles(12_345, -1, 1).toArray();
        noise[777] = 50;
        noise[9_999] = -60;
        for (int limit : new int[]{4, 5, 17, 1000}) {
            Curve thin = of(noise.length, i -> noise[i]).thinned(limit);
            assertThat(thin.size()).isBetween(limit / 2, limit);
            assertThat(thin.xs()[0]).isZero();
            assertThat(thin.xs()[thin.size() - 1]).isEqualTo(12_344);
            assertThat(thin.largest()).isEqualTo(50);
            assertThat(thin.smallest()).isEqualTo(-60);
            for (int i = 0; i < thin.size(); i++) {
                assertThat(thin.ys()[i]).isEqualTo(noise[(int) thin.xs()[i]]);
            }
        }
    }

    @Test
    void thinningKeepsGapsAndLeavesShortCurvesAlone() {
        Curve gap = of(10_000, i -> i > 3000 && i < 6000 ? NAN : i);
        Curve thin = gap.thinned(100);
        assertThat(IntStream.range(0, thin.size()).filter(i -> !Double.isFinite(thin.ys()[i]))).isNotEmpty()
                .allMatch(i -> thin.xs()[i] > 3000 && thin.xs()[i] < 6000);
        assertThat(of(1000, i -> i).thinned(1000).size()).isEqualTo(1000);
        Curve none = of(5000, i -> NAN).thinned(10);
        assertThat(none.ys()).isNotEmpty().containsOnly(NAN);
    }

    @Test
    void smoothingTakesNoiseAndSpikesAwayWithoutLag() {
        Random random = new Random(2);
        Curve noisy = of(2000, i -> i / 100.0 + random.nextGaussian() + (i == 1000 ? 1e9 : 0));
        Curve smooth = noisy.smoothed();
        assertThat(smooth.ys()[0]).isEqualTo(noisy.ys()[0]);
        for (int i = 200; i < 1975; i++) {
            assertThat(smooth.ys()[i]).as("at %d", i).isCloseTo(i / 100.0, within(0.8));
        }
        assertThat(of(3, i -> i * i).smoothed().ys()).containsExactly(0, 1, 4);
        assertThat(of(4000, i -> 7.5).smoothed().ys()).usingComparatorWithPrecision(1e-12).containsOnly(7.5);
    }

    @Test
    void smoothingKeepsGapsAndSurvivesHugeValues() {
        Curve smooth = of(400, i -> i % 100 == 50 ? NAN : i == 399 ? Double.POSITIVE_INFINITY : 1e308).smoothed();
        for (int i = 0; i < 400; i++) {
            assertThat(Double.isNaN(smooth.ys()[i])).as("at %d", i).isEqualTo(i % 100 == 50 || i == 399);
        }
        assertThat(smooth.ys()[200]).isCloseTo(1e308, within(1e295));
    }

    @Test
    void veryLongCurvesSmoothToTheSameSpan() {
        Curve smooth = of(100_000, i -> Math.sin(i / 10_000.0)).smoothed();
        assertThat(smooth.size()).isEqualTo(2000);
        assertThat(smooth.xs()[0]).isZero();
        assertThat(smooth.xs()[1999]).isEqualTo(99_999);
        assertThat(smooth.ys()[1000]).isCloseTo(Math.sin(5), within(0.01));
    }

    @Test
    void nearestFindsTheClosestPosition() {
        Curve curve = new Curve(new double[]{1, 4, 10}, new double[]{0, 0, 0});
        assertThat(IntStream.of(-5, 1, 2, 3, 6, 8, 10, 99).map(curve::nearest)).containsExactly(0, 0, 0, 1, 1, 2, 2, 2);
        assertThat(of(0, i -> i).nearest(3)).isEqualTo(-1);
    }

    @Test
    void refusesWhatNoChartCanShow() {
        for (double[] xs : new double[][]{{1}, {2, 1}, {NAN, 1}, {0, Double.POSITIVE_INFINITY}}) {
            assertThatThrownBy(() -> new Curve(xs, new double[2])).as(Arrays.toString(xs))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected");
        }
        assertThat(of(3, i -> NAN).median()).isNaN();
        assertThat(of(5, i -> i == 0 ? NAN : i).median()).isEqualTo(3);
    }
}
