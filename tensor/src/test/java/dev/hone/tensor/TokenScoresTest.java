package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Scores that are read within a support: beside libtorch's softmax and autograd with the other scores at minus infinity. */
class TokenScoresTest {
    private static final int ROWS = 40;

    private static boolean counts(long row, int token) { return (row + token) % 3 == 0; }

    private static void mark(long row, boolean[] counts) {
        for (int token = 0; token < counts.length; token++) {
            counts[token] = counts(row, token);
        }
    }

    /** The first token of each row's support. */
    private static Tensor targets() {
        long[] targets = new long[ROWS];
        for (int row = 0; row < ROWS; row++) {
            targets[row] = (3 - row % 3) % 3;
        }
        return Tensors.of(targets);
    }

    private static Tensor outside(int width) {
        boolean[] outside = new boolean[ROWS * width];
        for (int i = 0; i < outside.length; i++) {
            outside[i] = !counts(i / width, i % width);
        }
        return Tensors.ofBooleans(outside, ROWS, width);
    }

    private static Tensor scores(int width) {
        return Randomness.of(4, 1, 1).normal(3, DType.FLOAT64, Device.CPU, ROWS, width);
    }

    private static void near(Tensor found, Tensor expected, double tolerance) {
        assertThat(found.reshape(-1).toDoubles()).containsExactly(expected.reshape(-1).toDoubles(), within(tolerance));
    }

    /** Float64 goes through plain ops, float32 through the vector kernels. */
    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"FLOAT64", "FLOAT32"})
    void readingsAndGradientAreThoseOfWhatIsLeft(DType dtype) {
        double tolerance = dtype == DType.FLOAT64 ? 1e-11 : 2e-5;
        int width = 53;
        try (Scope scope = Scope.open()) {
            Tensor by = Randomness.of(4, 2, 1).normal(1, DType.FLOAT32, Device.CPU, ROWS);
            Tensor byEntropy = Randomness.of(4, 3, 1).normal(2, DType.FLOAT32, Device.CPU, ROWS);
            Tensor leaf = scores(width).leaf();
            Tensor logs = leaf.maskedFill(outside(width), Double.NEGATIVE_INFINITY).logSoftmax(1);
            Tensor finite = logs.maskedFill(outside(width), 0);
            Tensor entropy = logs.exp().mul(finite).sum(1, false).neg();
            Tensor own = logs.gather(1, targets().unsqueeze(1)).squeeze(1);
            own.mul(by.to(DType.FLOAT64)).add(entropy.mul(byEntropy.to(DType.FLOAT64))).sum().backward();

            TokenScores read = TokenScores.within(scores(width).to(dtype), targets(), TokenScoresTest::mark);
            near(read.readings().logProbs(), own.detach(), tolerance);
            near(read.readings().entropy(), entropy.detach(), tolerance);
            near(read.readings().wholeLogProbs().orElseThrow(),
                    new TokenScores(scores(width), targets()).readings().logProbs(), tolerance);
            Tensor gradient = read.gradient(by, Tensors.zerosLike(by), Optional.of(byEntropy));
            near(gradient, leaf.grad(), tolerance);
            assertThat(gradient.maskedFill(outside(width).not(), 0).abs().max().item()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 64})
    void aSupportOfEverythingChangesNothing(int width) {
        try (Scope scope = Scope.open()) {
            for (DType dtype : new DType[]{DType.FLOAT64, DType.FLOAT32, DType.BFLOAT16}) {
                TokenScores within = TokenScores.within(scores(width).to(dtype), targets(),
                        (row, counts) -> java.util.Arrays.fill(counts, true));
                TokenScores plain = new TokenScores(scores(width).to(dtype), targets());
                near(within.readings().logProbs(), plain.readings().logProbs(), 0);
                near(within.readings().wholeLogProbs().orElseThrow(), plain.readings().logProbs(), 0);
                assertThat(plain.readings().wholeLogProbs()).isEmpty();
            }
        }
    }

    @Test
    void aSupportOfOneTokenIsCertain() {
        try (Scope scope = Scope.open()) {
            Tensor scores = Tensors.of(new float[]{60, 0, -60, 0, 0, 0, 0, 0}, 2, 4);
            TokenScores read = TokenScores.within(scores, Tensors.of(new long[]{2, 1}),
                    (row, counts) -> counts[row == 0 ? 2 : 1] = true);
            assertThat(read.readings().logProbs().toFloats()).containsExactly(0, 0);
            assertThat(read.readings().entropy().toFloats()).containsExactly(0, 0);
            assertThat(read.readings().wholeLogProbs().orElseThrow().toFloats()).containsExactly(-120f,
                    (float) -Math.log(4));
            Tensor gradient = read.gradient(Tensors.of(new float[]{1, 1}), Tensors.of(new float[]{0, 0}),
                    Optional.of(Tensors.of(new float[]{1, 1})));
            assertThat(gradient.reshape(-1).toFloats()).containsOnly(0);
        }
    }
}
