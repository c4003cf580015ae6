package dev.hone.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.model.ModelException;
import dev.hone.rollout.Chooser.Question;
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

    /** The model's own distribution, its scores multiplied by a factor. */
    private static double[] powers(double factor) {
        double[] weights = new double[SCORES.length];
        Arrays.setAll(weights, i -> Math.exp(SCORES[i] * factor));
        return normal(weights);
    }

    private static double[] normal(double... weights) {
        double total = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(weight -> weight / total).toArray();
    }

    @ParameterizedTest
    @MethodSource
    void filtered(Sampling sampling, double[] expected) {
        Chooser chooser = new Chooser(sampling, true);
        double[] policy = powers(1 / sampling.temperature());
        int[] counts = new int[expected.length];
        for (int draw = 0; draw < DRAWS; draw++) {
            Choice choice = chooser.choose(SCORES, Question.free(Uniform.of(sampling.seed(), 0, 0, draw)));
            int token = choice.token();
            counts[token]++;
            assertThat(choice.logProb()).isCloseTo((float) Math.log(expected[token]), within(1e-5f));
            assertThat(choice.policyLogProb()).isCloseTo((float) Math.log(policy[token]), within(1e-5f));
            for (int id = 0; id < expected.length; id++) {
                assertThat(choice.support().contains(id)).isEqualTo(expected[id] > 0);
            }
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
        double[] sums = Chooser.sums(row, row.length);
        for (int token : new int[]{0, 1, 699, 701, 1499, 1501, 2999}) {
            double below = 0;
            for (int i = 0; i < token; i++) {
                below += row[i];
            }
            assertThat(Chooser.draw(row, row.length, sums, below)).isEqualTo(token);
            assertThat(Chooser.draw(row, row.length, sums, below + 0.99 / 4096)).isEqualTo(token);
        }
        assertThat(Chooser.draw(row, row.length, sums, 0.5)).isEqualTo(1500);
        assertThat(Chooser.draw(row, row.length, sums, Math.nextDown(1.0))).isEqualTo(2999);
        row[2999] = 0;
        assertThat(Chooser.draw(row, row.length, sums, Math.nextDown(1.0))).isEqualTo(2998);
    }

    @Test
    void thePenaltyWeakensWhatEachRowHasSeen() {
        Chooser chooser = new Chooser(Sampling.GREEDY.withRepetitionPenalty(2), false);
        float[] scores = {4, -1, 3, 2};
        assertThat(chooser.choose(scores, seen(0, 1, 0)).token()).isEqualTo(2);
        assertThat(chooser.choose(scores, seen(2)).token()).isZero();
        assertThat(scores).containsExactly(4, -1, 3, 2);
        double[] weakened = normal(Math.exp(2), Math.exp(-2), Math.exp(3), Math.exp(2));
        Chooser drawing = new Chooser(Sampling.of(1, 0).withRepetitionPenalty(2), false);
        Choice choice = drawing.choose(scores, new Question(TokenSet.ALL, TokenSet.of(), new int[]{0, 1, 0}, 0.1));
        assertThat(choice.token()).isZero();
        assertThat(choice.logProb()).isCloseTo((float) Math.log(weakened[0]), within(1e-5f));
        double[] own = normal(Math.exp(4), Math.exp(-1), Math.exp(3), Math.exp(2));
        assertThat(choice.policyLogProb()).isCloseTo((float) Math.log(own[0]), within(1e-5f));
    }

    private static Question seen(int... ids) { return new Question(TokenSet.ALL, TokenSet.of(), ids, 0); }

    @Test
    void onlyWhatIsAllowedIsDrawnAndRenormalised() {
        Chooser chooser = new Chooser(Sampling.of(1, 0), true);
        for (double uniform = 0.005; uniform < 1; uniform += 0.01) {
            Choice few = chooser.choose(SCORES, new Question(TokenSet.of(3, 1), TokenSet.of(0), new int[0], uniform));
            assertThat(few.token()).isEqualTo(uniform < 0.2 ? 1 : 3);
            assertThat(few.logProb()).isCloseTo((float) Math.log(few.token() == 1 ? 0.2 : 0.8), within(1e-5f));
            assertThat(few.policyLogProb()).isCloseTo((float) Math.log(few.token() == 1 ? .02 : .08), within(1e-5f));
            assertThat(few.support()).isEqualTo(TokenSet.of(1, 3));
            Choice banned = chooser.choose(SCORES, new Question(TokenSet.ALL, TokenSet.of(4), new int[0], uniform));
            assertThat(banned.token()).isNotEqualTo(4);
            assertThat(banned.support()).isEqualTo(TokenSet.of(0, 1, 2, 3));
            assertThat(banned.logProb() - banned.policyLogProb()).isCloseTo((float) Math.log(2), within(1e-5f));
        }
        // a ban gives way where it would leave nothing, and a token far below the best can still be drawn
        float[] apart = {0, -300, -301};
        assertThat(chooser.choose(apart, new Question(TokenSet.of(1), TokenSet.of(1), new int[0], 0)).token()).isOne();
        Choice far = chooser.choose(apart, new Question(TokenSet.of(1, 2), TokenSet.of(), new int[0], 0.9));
        assertThat(far.token()).isEqualTo(2);
        assertThat(far.policyLogProb()).isCloseTo(-301, within(1e-3f));
        Chooser greedy = new Chooser(Sampling.GREEDY, true);
        assertThat(greedy.choose(SCORES, new Question(TokenSet.of(1, 3), TokenSet.of(3), new int[0], 0)).token())
                .isOne();
        assertThatThrownBy(() -> chooser.choose(SCORES, new Question(TokenSet.of(), TokenSet.of(), new int[0], 0)))
                .hasMessageContaining("allows no token");
    }

    @Test
    void whatIsBannedIsNeverDrawnAndTheRestRenormalised() {
        float[] far = SCORES.clone();
        far[4] = 60; // all but e⁻⁵⁶ of the mass
        for (boolean supports : List.of(false, true)) {
            for (Sampling sampling : List.of(Sampling.of(1, 3), Sampling.of(1, 3).withTopK(2))) {
                Chooser chooser = new Chooser(sampling, supports);
                double[] expected = sampling.topK() == 2 ? normal(10, 0, 30, 0, 0) : normal(10, 2, 30, 0, 0);
                int[] counts = new int[SCORES.length];
                for (int draw = 0; draw < DRAWS; draw++) {
                    Question question = new Question(TokenSet.ALL, TokenSet.of(3, 4), new int[0],
                            Uniform.of(3, 0, 0, draw));
                    Choice choice = chooser.choose(SCORES, question);
                    counts[choice.token()]++;
                    assertThat(choice.logProb()).isCloseTo((float) Math.log(expected[choice.token()]), within(1e-5f));
                    assertThat(choice.policyLogProb()).isCloseTo((float) Math.log(powers(1)[choice.token()]),
                            within(1e-5f));
                    assertThat(choice.support().contains(4)).isEqualTo(!supports);
                    assertThat(chooser.choose(far, question).logProb()).isCloseTo(
                            (float) Math.log(expected[choice.token()]), within(1e-5f));
                }
                for (int token = 0; token < expected.length; token++) {
                    assertThat((double) counts[token] / DRAWS).isCloseTo(expected[token], within(0.015));
                }
            }
        }
    }

    @Test
    void scoresThatAreNotFiniteAreReported() {
        for (Sampling sampling : List.of(Sampling.GREEDY, Sampling.of(1, 0), Sampling.of(1, 0).withTopK(2))) {
            for (float[] bad : new float[][]{{1, Float.NaN, 2}, {Float.NaN, 1, 2}, {1, Float.POSITIVE_INFINITY, 2}}) {
                Chooser chooser = new Chooser(sampling, false);
                assertThatThrownBy(() -> chooser.choose(bad, Question.free(0.5))).isInstanceOf(ModelException.class)
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
}
