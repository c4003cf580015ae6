package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.testkit.Golden;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockwiseAdamTest {
    private static final FusedOptim.AdamRule RULE = new FusedOptim.AdamRule(1e-2, 0.9, 0.99, 1e-8, true);

    @Test
    void signedLevelsAreThoseOfThePaper() {
        try (Fixture golden = Fixture.open(Golden.path("nf4", "nf4.safetensors")); Scope scope = Scope.open()) {
            assertThat(DynamicCodes.SIGNED.levels()).containsExactly(golden.get("dynamic8_levels").toFloats(),
                    within(1e-7f));
        }
    }

    @Test
    void unsignedLevelsRiseFromZeroToOneWithTwiceTheSteps() {
        float[] levels = DynamicCodes.UNSIGNED.levels();
        assertThat(levels).hasSize(256).isSorted().startsWith(0f).endsWith(1f);
        assertThat(levels[1]).isCloseTo(3.25e-7f, within(1e-12f)); // 1e-6 times the first of two halves of 0.1 to 1
        assertThat(levels[254]).isCloseTo((float) (1 - 0.9 / 256), within(1e-6f));
    }

    @Test
    void everyNumberGetsTheNearestLevel() {
        SplittableRandom random = new SplittableRandom(1);
        for (DynamicCodes codes : new DynamicCodes[]{DynamicCodes.SIGNED, DynamicCodes.UNSIGNED}) {
            float[] levels = codes.levels();
            for (int i = 0; i < 20_000; i++) {
                double size = Math.pow(10, -8 * random.nextDouble());
                float x = (float) (codes == DynamicCodes.SIGNED && random.nextBoolean() ? -size : size);
                float nearest = Float.MAX_VALUE;
                for (int code = codes.least(); code < levels.length; code++) {
                    nearest = Math.min(nearest, Math.abs(levels[code] - x));
                }
                assertThat(Math.abs(codes.decode(codes.encode(x)) - x)).as("%s", x).isCloseTo(nearest, within(1e-9f));
            }
            for (float level : levels) {
                assertThat(codes.decode(codes.encode(level))).isEqualTo(level);
            }
        }
        assertThat(DynamicCodes.UNSIGNED.decode(DynamicCodes.UNSIGNED.encode(1e-30f))).isPositive();
        assertThat(DynamicCodes.UNSIGNED.decode(DynamicCodes.UNSIGNED.encode(0))).isZero();
        assertThat(DynamicCodes.SIGNED.decode(DynamicCodes.SIGNED.encode(1e-30f))).isZero();
    }

    private record State(Tensor weight, BlockwiseAdam.Moment first, BlockwiseAdam.Moment second) {
        static State of(long count) {
            Tensor weight = Randomness.of(1).normal(1, DType.FLOAT32, Device.CPU, count);
            return new State(weight, moment(count), moment(count));
        }

        private static BlockwiseAdam.Moment moment(long count) {
            long blocks = BlockwiseAdam.blocks(count);
            return new BlockwiseAdam.Moment(Tensors.zeros(DType.UINT8, blocks, BlockwiseAdam.BLOCK),
                    Tensors.zeros(DType.FLOAT32, blocks));
        }

        BlockwiseAdam.Part part(Tensor gradient, long step) {
            return new BlockwiseAdam.Part(weight, gradient, first, second, step, 0.1);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, FLOAT32", "255, BFLOAT16", "256, FLOAT32", "300007, FLOAT32", "300007, BFLOAT16"})
    void theKernelEqualsPlainOps(long count, DType type) {
        try (Scope scope = Scope.open()) {
            State kernel = State.of(count);
            State plain = State.of(count);
            for (int step = 1; step <= 3; step++) {
                Tensor gradient = Randomness.of(7, step).normal(1e-2, DType.FLOAT32, Device.CPU, count).to(type);
                BlockwiseAdam.step(kernel.part(gradient, step), RULE, 0.5);
                BlockwiseAdam.composed(plain.part(gradient, step), RULE, 0.5);
            }
            // both round at the same places; a number that lies on an edge may take the other side
            assertThat(far(kernel.weight, plain.weight, 1e-4)).isLessThanOrEqualTo((int) (count / 1000));
            assertThat(far(kernel.first.codes(), plain.first.codes(), 0)).isLessThanOrEqualTo((int) (count / 1000));
            assertThat(far(kernel.second.codes(), plain.second.codes(), 0)).isLessThanOrEqualTo((int) (count / 1000));
            assertThat(kernel.first.largest().toFloats()).containsExactly(plain.first.largest().toFloats(),
                    within(1e-6f));
        }
    }

    private static int far(Tensor left, Tensor right, double bound) {
        float[] a = left.view(-1).toFloats();
        float[] b = right.view(-1).toFloats();
        int far = 0;
        for (int i = 0; i < a.length; i++) {
            far += Math.abs(a[i] - b[i]) > bound ? 1 : 0;
        }
        return far;
    }

    @Test
    void refusesStateOfAnotherSize() {
        try (Scope scope = Scope.open()) {
            State state = State.of(300);
            Tensor larger = Tensors.zeros(DType.FLOAT32, 600);
            assertThatThrownBy(() -> new BlockwiseAdam.Part(larger, larger, state.first, state.second, 1, 0))
                    .hasMessageContaining("expected 3 blocks of 256");
            assertThatThrownBy(() -> state.part(larger, 1)).hasMessageContaining("a gradient of its shape");
        }
    }
}
