package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FusedOptimTest {
    private static final FusedOptim.AdamRule RULE = new FusedOptim.AdamRule(3e-3, 0.9, 0.95, 1e-8, true);
    /** Several blocks and a rest that fills no vector. */
    private static final long LONG = 300_007;

    private static Tensor normal(long seed, double scale, DType dtype, long count) {
        Tensor values = Randomness.of(seed).normal(1, DType.FLOAT32, Device.CPU, count);
        values.mulInPlace(scale);
        return values.to(dtype);
    }

    private record State(Tensor weight, Tensor first, Tensor second, Tensor rounded) {
        static State of(long count) {
            Tensor weight = normal(1, 0.02, DType.FLOAT32, count);
            return new State(weight, normal(2, 1e-3, DType.FLOAT32, count),
                    normal(3, 1e-3, DType.FLOAT32, count).square(),
                    weight.to(DType.BFLOAT16));
        }

        FusedOptim.AdamPart part(Tensor gradient, boolean rounds) {
            return new FusedOptim.AdamPart(weight, gradient, new FusedOptim.Moments(first, second, Optional.empty(), 7),
                    rounds ? Optional.of(rounded) : Optional.empty(), 0.1);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, BFLOAT16", "15, FLOAT32", "16, BFLOAT16", "33, BFLOAT16", "300007, BFLOAT16", "300007, FLOAT32"})
    void onePassEqualsLibtorch(long count, DType gradientType) {
        try (Scope scope = Scope.open()) {
            Tensor gradient = normal(4, 1e-2, gradientType, count);
            State ours = State.of(count);
            State theirs = State.of(count);
            FusedOptim.AdamPart part = ours.part(gradient, true);
            assertThat(FusedOptim.onePass(part)).isTrue();
            FusedOptim.adamW(List.of(part), RULE, 0.25);
            FusedOptim.adam(theirs.part(gradient.to(DType.FLOAT32).mul(0.25), false), RULE);
            assertClose(ours.weight, theirs.weight, 1e-7);
            assertClose(ours.first, theirs.first, 1e-9);
            assertClose(ours.second, theirs.second, 1e-11);
            assertThat(ours.rounded.toFloats()).isEqualTo(ours.weight.to(DType.BFLOAT16).toFloats());
            assertThat(gradient.toFloats()).isEqualTo(normal(4, 1e-2, gradientType, count).toFloats());
        }
    }

    private static void assertClose(Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.sub(expected).abs().max().item()).isLessThan(tolerance);
    }

    @Test
    void doesNotDependOnThreadsNorOnCompilation() {
        int threads = Engine.threads();
        Supplier<float[]> steps = () -> {
            try (Scope scope = Scope.open()) {
                State state = State.of(LONG);
                FusedOptim.adamW(List.of(state.part(normal(4, 1e-2, DType.BFLOAT16, LONG), false)), RULE, 0.3);
                return state.weight.toFloats();
            }
        };
        try {
            Engine.threads(1);
            float[] alone = steps.get();
            Engine.threads(2);
            for (int i = 0; i < 20; i++) {
                assertThat(steps.get()).isEqualTo(alone);
            }
        } finally {
            Engine.threads(threads);
        }
    }

    @Test
    void roundsAsLibtorchDoesEvenWhereAWeightIsNotFinite() {
        float[] values = {0f, -0f, 1f, 1.00390625f, 1.01171875f, Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_VALUE,
                Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, Float.intBitsToFloat(0x7fffffff),
                Float.intBitsToFloat(0xffffffff), 3.1415927f, 1e-40f, 65535f};
        try (Scope scope = Scope.open()) {
            Tensor weight = Tensors.of(values);
            Tensor zero = Tensors.zerosLike(weight);
            Tensor rounded = Tensors.zeros(DType.BFLOAT16, values.length);
            // a gradient of 0 leaves weights as they are
            FusedOptim.adamW(List.of(new FusedOptim.AdamPart(weight, zero,
                    new FusedOptim.Moments(zero.copy(), zero.copy(), Optional.empty(), 1), Optional.of(rounded), 0)),
                    RULE,
                    1);
            assertThat(rounded.toFloats()).isEqualTo(Tensors.of(values).to(DType.BFLOAT16).toFloats());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"FLOAT32", "BFLOAT16", "FLOAT64", "FLOAT16"})
    void sumOfSquaresOfAnyTypeAndOfViews(DType dtype) {
        try (Scope scope = Scope.open()) {
            Tensor whole = normal(5, 1e-2, dtype, LONG - 1);
            Tensor strided = whole.view(2, -1).t();
            double expected = 0;
            for (double value : whole.toDoubles()) {
                expected += value * value;
            }
            double precision = dtype == DType.FLOAT64 ? 1e-12 : 1e-6;
            assertThat(FusedOptim.sumOfSquares(List.of(whole))).isCloseTo(expected, within(precision * expected));
            assertThat(FusedOptim.sumOfSquares(List.of(strided, whole, Tensors.zeros(dtype, 0))))
                    .isCloseTo(2 * expected, within(2 * precision * expected));
        }
    }

    @Test
    void sumOfSquaresDoesNotDependOnThreads() {
        int threads = Engine.threads();
        try (Scope scope = Scope.open()) {
            List<Tensor> tensors = List.of(normal(5, 1, DType.BFLOAT16, LONG), normal(6, 1, DType.FLOAT64, LONG));
            Engine.threads(1);
            double alone = FusedOptim.sumOfSquares(tensors);
            Engine.threads(2);
            for (int i = 0; i < 50; i++) {
                assertThat(FusedOptim.sumOfSquares(tensors)).isEqualTo(alone);
            }
        } finally {
            Engine.threads(threads);
        }
    }

    @Test
    void sumOfSquaresShowsWhatIsNotFinite() {
        try (Scope scope = Scope.open()) {
            for (DType dtype : List.of(DType.BFLOAT16, DType.FLOAT32, DType.FLOAT64)) {
                Tensor values = Tensors.zeros(dtype, 40_000);
                values.narrow(0, 39_999, 1).fill(Double.NaN);
                assertThat(FusedOptim.sumOfSquares(List.of(values))).isNaN();
                values.narrow(0, 39_999, 1).fill(Double.NEGATIVE_INFINITY);
                assertThat(FusedOptim.sumOfSquares(List.of(values))).isInfinite();
            }
            assertThat(FusedOptim.sumOfSquares(List.of())).isZero();
        }
    }

    @Test
    void wrongShapesAndTypesNeverReachTheKernels() {
        try (Scope scope = Scope.open()) {
            State state = State.of(8);
            assertThatThrownBy(() -> state.part(Tensors.zeros(DType.FLOAT32, 4, 2), false))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("gradient")
                    .hasMessageContaining("[4, 2]").hasMessageContaining("[8]");
            FusedOptim.AdamPart mixed = state.part(Tensors.zeros(DType.BFLOAT16, 8), false);
            assertThatThrownBy(() -> FusedOptim.adam(mixed, RULE)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("BFLOAT16");
            FusedOptim.AdamPart wide = state.part(Tensors.zeros(DType.FLOAT64, 8), false);
            assertThat(FusedOptim.onePass(wide)).isFalse();
            assertThatThrownBy(() -> FusedOptim.adamW(List.of(wide), RULE, 1))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
