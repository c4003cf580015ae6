package dev.hone.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.model.ModelException;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Distributions, draws and log-probabilities for known scores. */
class ChooserTest {
    private static final int DRAWS = 20_000;
    /** ln of 10, 2, 30, 8, 50 hundredths. */
    private static final float[] SCORES = {(float) Math.log(10), (float) Math.log(2), (float) Math.log(30),
            (float) Math.log(8), (float) Math.log(50)};

    static Stream<Arguments> filtered() {
        Sampling plain = Sampling.of(1, 3);
        return Stream.of(
                Arguments.of(plain, new double[]{.1, .02, .3, .08, .5}),
                // squared, as the scores are divided by one half
                Arguments.of(Sampling.of(0.5, 3), normal(100, 4, 900, 64, 2500)),
                Arguments.of(plain.withTopK(3), normal(10, 0, 30, 0, 50)),
                Arguments.of(plain.withTopP(0.85), normal(10, 0, 30, 0, 50)),
                Arguments.of(plain.withMinP(0.17), normal(10, 0, 30, 0, 50)),
                Arguments.of(plain.withTopK(4).withTopP(0.7).withMinP(0.1), normal(0, 0, 30, 0, 50)),
                // the temperature comes first: squared, the last two hold 95 %
                Arguments.of(Sampling.of(0.5, 3).withTopP(0.9), normal(0, 0, 900, 0, 2500)));
    }

    private static double[] normal(double... weights) {
        double total = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(weight -> weight / total).toArray();
    }

    @ParameterizedTest
    @MethodSource
    void filtered(Sampling sampling, double[] expected) {
        Chooser chooser = new Chooser(sampling);
        float[] weighed = weigh(chooser, SCORES);
        int[] counts = new int[expected.length];
        for (int draw = 0; draw < DRAWS; draw++) {
            Choice choice = chooser.choose(weighed, 0, SCORES.length, Uniform.of(sampling.seed(), 0, 0, draw));
            counts[choice.token()]++;
            assertThat(choice.logProb()).isCloseTo((float) Math.log(expected[choice.token()]), within(1e-5f));
        }
        double chiSquare = 0;
        for (int token = 0; token < expected.length; token++) {
            if (expected[token] == 0) {
                assertThat(counts[token]).isZero();
            } else {
                double difference = counts[token] - DRAWS * expected[token];
                chiSquare += difference * difference / (DRAWS * expected[token]);
            }
        }
        // the 99.9 % point of four degrees of freedom
        assertThat(chiSquare).isLessThan(18.5);
    }

    @Test
    void theDrawIsTheInverseOfTheCumulativeDistribution() {
        float[] row = new float[3000];
        Arrays.fill(row, 1f / 4096);
        row[700] = 0;
        row[1500] = 1 - 2998f / 4096;
        Chooser chooser = new Chooser(Sampling.of(1, 0));
        for (int token : new int[]{0, 1, 699, 701, 1499, 1501, 2999}) {
            double below = 0;
            for (int i = 0; i < token; i++) {
                below += row[i];
            }
            assertThat(chooser.choose(row, 0, row.length, below).token()).isEqualTo(token);
            assertThat(chooser.choose(row, 0, row.length, below + 0.99 / 4096).token()).isEqualTo(token);
        }
        assertThat(chooser.choose(row, 0, row.length, 0.5).token()).isEqualTo(1500);
        assertThat(chooser.choose(row, 0, row.length, Math.nextDown(1.0)).token()).isEqualTo(2999);
    }

    @Test
    void thePenaltyWeakensWhatEachRowHasSeen() {
        Chooser chooser = new Chooser(Sampling.GREEDY.withRepetitionPenalty(2));
        try (Scope scope = Scope.open()) {
            float[] scores = {4, -1, 3, 2, /**/ 4, -1, 3, 2};
            float[] weighed = chooser.weigh(Tensors.of(scores, 2, 4), () -> List.of(new int[]{0, 1, 0}, new int[]{2}));
            assertThat(weighed).containsExactly(2, -2, 3, 2, /**/ 4, -1, 1.5f, 2);
            assertThat(chooser.choose(weighed, 0, 4, 0)).isEqualTo(new Choice(2, 0));
            assertThat(chooser.choose(weighed, 1, 4, 0)).isEqualTo(new Choice(0, 0));
        }
    }

    @Test
    void scoresThatAreNotFiniteAreReported() {
        for (Sampling sampling : List.of(Sampling.GREEDY, Sampling.of(1, 0), Sampling.of(1, 0).withTopK(2))) {
            for (float[] bad : new float[][]{{1, Float.NaN, 2}, {Float.NaN, 1, 2}}) {
                Chooser chooser = new Chooser(sampling);
                float[] weighed = weigh(chooser, bad);
                assertThatThrownBy(() -> chooser.choose(weighed, 0, 3, 0.5)).isInstanceOf(ModelException.class)
                        .hasMessageContaining("not finite");
            }
        }
    }

    @Test
    void uniformNumbersAreUniformAndDependOnEveryKey() {
        double sum = 0;
        double squares = 0;
        double along = 0;
        double before = 0.5;
        for (int i = 0; i < 100_000; i++) {
            double u = Uniform.of(1, i % 7, i % 3, i);
            assertThat(u).isBetween(0.0, Math.nextDown(1.0));
            sum += u;
            squares += u * u;
            along += (u - 0.5) * (before - 0.5);
            before = u;
        }
        assertThat(sum / 100_000).isCloseTo(0.5, within(0.004));
        assertThat(squares / 100_000).isCloseTo(1.0 / 3, within(0.004));
        assertThat(along / 100_000 * 12).isCloseTo(0, within(0.015));
        double base = Uniform.of(1, 2, 3, 4);
        assertThat(
                List.of(Uniform.of(0, 2, 3, 4), Uniform.of(1, 3, 3, 4), Uniform.of(1, 2, 2, 4), Uniform.of(1, 2, 3, 5),
                        Uniform.of(1, 3, 2, 4)))
                .doesNotContain(base).doesNotHaveDuplicates();
    }

    private static float[] weigh(Chooser chooser, float[] scores) {
        try (Scope scope = Scope.open()) {
            return chooser.weigh(Tensors.of(scores, 1, scores.length), List::of);
        }
    }
}
