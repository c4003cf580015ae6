package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernels against the same formulas in plain ops, which float64 inputs take. */
class VectorsTest {
    private final Randomness random = Randomness.of(11);

    @BeforeEach
    void vectorsAreThere() { assumeTrue(VectorModule.PRESENT, "started without jdk.incubator.vector"); }

    @Test
    void expIsTrueToTwoUnits() {
        float[] xs = new float[Vectors.LANES];
        for (float x = -87; x < 88; x += 0.0137f) {
            xs[0] = x;
            float found = Vectors.exp(FloatVector.fromArray(Vectors.FLOATS, xs, 0)).lane(0);
            double exact = Math.exp(x);
            assertThat(Math.abs(found - exact)).as("e^%s", x).isLessThanOrEqualTo(2 * Math.ulp((float) exact));
        }
        xs[0] = -100;
        assertThat(Vectors.exp(FloatVector.fromArray(Vectors.FLOATS, xs, 0)).lane(0)).isZero();
        xs[0] = Float.NEGATIVE_INFINITY;
        assertThat(Vectors.exp(FloatVector.fromArray(Vectors.FLOATS, xs, 0)).lane(0)).isZero();
        xs[0] = Float.NaN;
        assertThat(Vectors.exp(FloatVector.fromArray(Vectors.FLOATS, xs, 0)).lane(0)).isNaN();
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 16, 33, 1000})
    void scoresOfAnyWidth(int width) {
        try (Scope scope = Scope.open()) {
            Tensor exact = random.normal(3, DType.FLOAT64, Device.CPU, 40, width);
            long[] wanted = new long[40];
            for (int i = 0; i < wanted.length; i++) {
                wanted[i] = (i * 37L) % width;
            }
            Tensor targets = Tensors.of(wanted);
            Tensor by = random.normal(1, DType.FLOAT32, Device.CPU, 40);
            Tensor byMean = random.normal(1, DType.FLOAT32, Device.CPU, 40);
            TokenScores plain = new TokenScores(exact, targets);
            Tensor narrow = exact.to(DType.FLOAT32);
            TokenScores fast = new TokenScores(narrow, targets);
            near(fast.readings().logProbs(), plain.readings().logProbs(), 2e-5);
            near(fast.readings().meanLogProbs(), plain.readings().meanLogProbs(), 2e-5);
            near(fast.readings().entropy(), plain.readings().entropy(), 2e-5);
            near(fast.readings().correct(), plain.readings().correct(), 0);
            near(fast.gradient(by, byMean), plain.gradient(by, byMean), 2e-6);
        }
    }

    /** In float64 beside libtorch's autograd, in float32 beside float64. */
    @Test
    void gradientsByEntropy() {
        long[] wanted = new long[40];
        for (int i = 0; i < wanted.length; i++) {
            wanted[i] = (i * 7L) % 53;
        }
        try (Scope scope = Scope.open()) {
            Tensor exact = random.normal(2, DType.FLOAT64, Device.CPU, 40, 53).mul(3);
            Tensor targets = Tensors.of(wanted);
            Tensor by = random.normal(1, DType.FLOAT32, Device.CPU, 40);
            Tensor byMean = random.normal(2, DType.FLOAT32, Device.CPU, 40);
            Tensor byEntropy = random.normal(3, DType.FLOAT32, Device.CPU, 40);
            Tensor leaf = exact.copy().leaf();
            Tensor logs = leaf.logSoftmax(1);
            Tensor entropy = logs.exp().mul(logs).sum(1, false).neg();
            Tensor targetLogs = logs.gather(1, targets.unsqueeze(1)).squeeze(1);
            targetLogs.mul(by.to(DType.FLOAT64)).add(logs.mean(1, false).mul(byMean.to(DType.FLOAT64)))
                    .add(entropy.mul(byEntropy.to(DType.FLOAT64))).sum().backward();
            TokenScores plain = new TokenScores(exact, targets);
            near(plain.gradient(by, byMean, Optional.of(byEntropy)), leaf.grad(), 1e-12);
            TokenScores fast = new TokenScores(exact.to(DType.FLOAT32), targets);
            near(fast.gradient(by, byMean, Optional.of(byEntropy)), leaf.grad(), 5e-6);
        }
    }

    @Test
    void sixtyNatsApartStayFinite() {
        try (Scope scope = Scope.open()) {
            Tensor scores = Tensors.of(new float[]{60, 0, -60, 0, 0, 0, 0, 0}, 2, 4);
            TokenScores read = new TokenScores(scores, Tensors.of(new long[]{2, 1}));
            assertThat(read.readings().logProbs().toFloats()).containsExactly(-120f, (float) -Math.log(4));
            Tensor gradient = read.gradient(Tensors.of(new float[]{1, 1}), Tensors.of(new float[]{0, 0}));
            assertThat(gradient.isFinite().to(DType.FLOAT32).min().item()).isEqualTo(1);
        }
    }

    @Test
    void tiesGoToTheFirst() {
        try (Scope scope = Scope.open()) {
            TokenScores read = new TokenScores(Tensors.of(new float[]{1, 2, 2, 0, 1, 2, 2, 0}, 2, 4),
                    Tensors.of(new long[]{1, 2}));
            assertThat(read.readings().correct().toFloats()).containsExactly(1, 0);
        }
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"FLOAT32", "BFLOAT16"})
    void normAndGatedUnit(DType dtype) {
        double tolerance = dtype == DType.FLOAT32 ? 1e-5 : 6e-2;
        try (Scope scope = Scope.open()) {
            Tensor x = random.normal(1, DType.FLOAT64, Device.CPU, 70, 64).to(dtype);
            Tensor w = random.normal(1, DType.FLOAT64, Device.CPU, 64).to(dtype);
            Tensor by = random.normal(1, DType.FLOAT64, Device.CPU, 70, 64).to(dtype);
            Tensor half = by.narrow(1, 0, 32).contiguous();
            try (Parameter fast = new Parameter("w", w.copy());
                    Parameter plain = new Parameter("w", w.to(DType.FLOAT64))) {
                Tape tape = Tape.gradients();
                Tape exact = Tape.gradients();
                tape.track(x);
                Tensor wide = exact.track(x.to(DType.FLOAT64));
                Tensor normed = Ops.rmsNorm(tape, x, fast, 1e-6);
                Tensor expected = Ops.rmsNorm(exact, wide, plain, 1e-6);
                near(normed, expected, tolerance);
                Tensor gated = Ops.swiglu(tape, normed);
                Tensor expectedGated = Ops.swiglu(exact, expected);
                near(gated, expectedGated, tolerance);
                tape.backward(gated, half);
                exact.backward(expectedGated, half.to(DType.FLOAT64));
                near(tape.gradient(x), exact.gradient(wide), 3 * tolerance);
                near(fast.gradient().orElseThrow(), plain.gradient().orElseThrow(), 20 * tolerance);
            }
        }
    }

    @Test
    void threadsDoNotChangeABit() {
        int before = Engine.threads();
        try (Scope scope = Scope.open();
                Parameter weight = new Parameter("w", random.normal(1, DType.FLOAT32, Device.CPU, 32))) {
            Tensor x = random.normal(1, DType.FLOAT32, Device.CPU, 500, 32);
            float[][] gradients = new float[2][];
            for (int threads = 1; threads <= 2; threads++) {
                Engine.threads(threads);
                Tape tape = Tape.gradients();
                Tensor y = Ops.rmsNorm(tape, tape.track(x), weight, 1e-6);
                tape.backward(y, y.copy());
                tape.gradient(x);
                gradients[threads - 1] = weight.gradient().orElseThrow().toFloats();
                weight.clearGradient();
            }
            assertThat(gradients[0]).containsExactly(gradients[1]);
        } finally {
            Engine.threads(before);
        }
    }

    @Test
    void frozenWeightsGetNoGradient() {
        try (Scope scope = Scope.open();
                Parameter weight = new Parameter("w", random.normal(1, DType.FLOAT32, Device.CPU, 32))) {
            weight.trainable(false);
            Tape tape = Tape.gradients();
            Tensor x = tape.track(random.normal(1, DType.FLOAT32, Device.CPU, 3, 32));
            Tensor y = Ops.linear(tape, Ops.rmsNorm(tape, x, weight, 1e-6), weight32(), Optional.empty());
            tape.backward(y, y.copy());
            assertThat(weight.gradient()).isEmpty();
            assertThat(tape.gradient(x).toFloats()).isNotEqualTo(new float[96]);
        }
    }

    private Parameter weight32() {
        Parameter square = new Parameter("s", Scope.current().own(random.normal(1, DType.FLOAT32, Device.CPU, 32, 32)));
        square.trainable(false);
        Scope.current().own(square.value());
        return square;
    }

    private static void near(Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        Tensor scale = expected.to(DType.FLOAT64).abs().add(1);
        assertThat(actual.to(DType.FLOAT64).sub(expected.to(DType.FLOAT64)).abs().div(scale).max().item())
                .isLessThanOrEqualTo(tolerance);
    }
}
