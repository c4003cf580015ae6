package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class DensityRatiosTest {

    /** Two normal distributions with means ±½: the true ratio of their densities at x is e^x. */
    @Test
    void ratiosAreThoseOfTheDensities() {
        Random random = new Random(3);
        double[][] rows = new double[4000][];
        boolean[] desirable = new boolean[rows.length];
        for (int i = 0; i < rows.length; i++) {
            desirable[i] = i % 4 == 0; // the classes need not be of one size
            rows[i] = new double[]{random.nextGaussian() + (desirable[i] ? 0.5 : -0.5)};
        }
        double[] found = DensityRatios.ratios(rows, desirable);
        for (int i = 0; i < rows.length; i++) {
            assertThat(Math.log(found[i])).isCloseTo(rows[i][0], within(0.15 + 0.15 * Math.abs(rows[i][0])));
        }
    }

    @Test
    void promptsThatTellNothingHaveRatioOne() {
        double[][] rows = new double[100][];
        boolean[] desirable = new boolean[100];
        for (int i = 0; i < 100; i++) {
            rows[i] = new double[]{i % 2 == 0 ? 1 : -1};
            desirable[i] = i % 4 < 2;
        }
        for (double ratio : DensityRatios.ratios(rows, desirable)) {
            assertThat(ratio).isCloseTo(1, within(1e-9));
        }
    }

    @Test
    void classesThatNeverMeetStayFinite() {
        double[] found = DensityRatios.ratios(new double[][]{{5}, {-5}}, new boolean[]{true, false});
        assertThat(found[0]).isFinite().isGreaterThan(2);
        assertThat(found[1]).isPositive().isLessThan(0.5);
    }
}
