package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AxisTest {
    @Test
    void ticksAreRoundAndLabelledWithoutNeedlessDigits() {
        Axis axis = Axis.airy(0.06, 0.7, 200, 0);
        List<Double> ticks = axis.ticks(4);
        assertThat(ticks).containsExactly(0.2, 0.4, 0.6);
        assertThat(axis.labels(ticks)).containsExactly("0.2", "0.4", "0.6");
        assertThat(labels(Axis.tight(1, 2400, 0, 1), 5)).containsExactly("500", "1000", "1500", "2000");
        assertThat(labels(Axis.airy(0, 3e-4, 0, 1), 3)).containsExactly("0", "1e-4", "2e-4", "3e-4");
        assertThat(labels(Axis.airy(1.2e-5, 1.9e-5, 0, 1), 3)).containsExactly("1.2e-5", "1.4e-5", "1.6e-5", "1.8e-5");
        assertThat(labels(Axis.tight(0, 20_000, 0, 1), 4)).containsExactly("0", "5k", "10k", "15k", "20k");
        assertThat(labels(Axis.tight(0, 2.5e9, 0, 1), 5)).containsExactly("0", "500M", "1000M", "1500M", "2000M",
                "2500M");
        assertThat(labels(Axis.airy(-2, -1, 0, 1), 4)).containsExactly("-2.0", "-1.8", "-1.6", "-1.4", "-1.2", "-1.0");
    }

    private static List<String> labels(Axis axis, int wanted) { return axis.labels(axis.ticks(wanted)); }

    @Test
    void logarithmicTicksAreDecadesOrPartsOfThem() {
        assertThat(labels(Axis.logarithmic(0.2, 180, 0, 1), 4)).containsExactly("1", "10", "100");
        assertThat(labels(Axis.logarithmic(1e-12, 1e12, 0, 1), 5)).hasSizeBetween(4, 6).contains("1e-12")
                .doesNotHaveDuplicates();
        assertThat(labels(Axis.logarithmic(2, 60, 0, 1), 4)).containsExactly("2", "5", "10", "20", "50");
        assertThat(labels(Axis.logarithmic(2, 3, 0, 1), 4)).contains("2.2", "2.6");
    }

    @Test
    void placesAreWithinTheEndsForAnyRangeAndTicksRiseInside() {
        Random random = new Random(5);
        for (int i = 0; i < 2000; i++) {
            double low = random.nextGaussian() * Math.pow(10, random.nextInt(-300, 300));
            double high = i % 10 == 0
                    ? low
                    : low + Math.abs(random.nextGaussian()) * Math.pow(10, random.nextInt(-300, 300));
            boolean log = i % 3 == 0 && low > 0;
            Axis axis = log ? Axis.logarithmic(low, high, 300, 20) : Axis.airy(low, high, 300, 20);
            assertThat(axis.at(low)).as("%s to %s", low, high).isBetween(20.0, 300.0);
            assertThat(axis.at(high)).as("%s to %s", low, high).isBetween(20.0, 300.0);
            List<Double> ticks = axis.ticks(5);
            assertThat(ticks).as("%s", axis).hasSizeLessThan(16).doesNotHaveDuplicates().isSorted()
                    .allMatch(tick -> axis.at(tick) > 19.9 && axis.at(tick) < 300.1);
            assertThat(axis.labels(ticks)).as("%s %s", axis, ticks).doesNotHaveDuplicates();
        }
    }

    @Test
    void constantCurvesGetRoomAndNonNegativeOnesNoNegativeEnd() {
        assertThat(Axis.airy(5, 5, 0, 1).low()).isLessThan(5);
        assertThat(Axis.airy(0, 0, 0, 1)).matches(axis -> axis.low() == 0 && axis.high() > 0);
        assertThat(Axis.airy(0.01, 1, 0, 1).low()).isZero();
        assertThat(Axis.tight(7, 7, 0, 10).at(7)).isEqualTo(5);
    }

    @Test
    void positionsAndValuesAreEachOthersInverse() {
        for (Axis axis : List.of(Axis.tight(3, 11, 50, 450), Axis.logarithmic(3, 1100, 50, 450))) {
            assertThat(axis.at(axis.valueAt(123))).isCloseTo(123, within(1e-9));
        }
        assertThat(Axis.logarithmic(1, 10, 0, 1).at(0)).isNaN();
        assertThat(Axis.tight(0, 1, 0, 1).at(Double.POSITIVE_INFINITY)).isNaN();
    }
}
