package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.testkit.Golden;
import java.lang.foreign.ValueLayout;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Codes and numbers against an independent implementation, and every path against the others. */
class Nf4MatrixTest {
    private static final double TOLERANCE = 1e-6;
    private final Randomness random = Randomness.of(5);

    @ParameterizedTest
    @ValueSource(strings = {"weight", "ragged"})
    @Tag("golden")
    void codesAndScalesOfTheFixture(String name) {
        try (Fixture golden = fixture();
                Scope scope = Scope.open();
                Nf4Matrix matrix = Nf4Matrix.quantise(golden.get(name + ".x"), 64, false, Device.CPU)) {
            assertThat(bytes(matrix.packed())).containsExactly(bytes(golden.get(name + ".packed")));
            assertThat(((Nf4Matrix.Whole) matrix.scales()).values().toFloats())
                    .containsExactly(golden.get(name + ".absmax").toFloats());
            near(matrix.dequantised(DType.FLOAT32), golden.get(name + ".dequantised"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"weight", "ragged"})
    @Tag("golden")
    void doubleQuantisationOfTheFixture(String name) {
        try (Fixture golden = fixture();
                Scope scope = Scope.open();
                Nf4Matrix matrix = Nf4Matrix.quantise(golden.get(name + ".x"), 64, true, Device.CPU)) {
            Nf4Matrix.Nested scales = (Nf4Matrix.Nested) matrix.scales();
            assertThat(bytes(scales.codes())).containsExactly(bytes(golden.get(name + ".dq_codes")));
            assertThat((double) scales.mean()).isCloseTo(golden.get(name + ".dq_mean").item(),
                    Offset.offset(TOLERANCE));
            near(scales.groups(), golden.get(name + ".dq_absmax2"));
            near(scales.tensor(0, scales.codes().count()), golden.get(name + ".dq_absmax_restored"));
            near(matrix.dequantised(DType.FLOAT32), golden.get(name + ".dq_dequantised"));
        }
    }

    @Test
    @Tag("golden")
    void levelsOfTheFixture() {
        try (Fixture golden = fixture(); Scope scope = Scope.open()) {
            assertThat(Nf4Codes.levels()).containsExactly(golden.get("nf4_levels").toFloats());
            assertThat(Nf4Codes.dynamic()).containsExactly(golden.get("dynamic8_levels").toFloats());
        }
    }

    /** A shape that fills several tasks, one whose rows are no whole blocks, and one of an odd count. */
    @ParameterizedTest
    @CsvSource({"300, 256, 64, true", "300, 256, 256, false", "211, 317, 64, true", "1, 1, 64, true",
            "700, 130, 128, false", "3, 4096, 4096, true", "5, 33, 32, false"})
    void kernelAndPlainFormsAreTheSame(long rows, long columns, int block, boolean nested) {
        try (Scope scope = Scope.open()) {
            Tensor values = random.normal(0.05, DType.FLOAT32, Device.CPU, rows, columns);
            // float64 input takes the plain form of quantising
            try (Nf4Matrix fast = Nf4Matrix.quantise(values, block, nested, Device.CPU);
                    Nf4Matrix plain = Nf4Matrix.quantise(values.to(DType.FLOAT64), block, nested, Device.CPU)) {
                assertThat(bytes(fast.packed())).containsExactly(bytes(plain.packed()));
                for (DType dtype : new DType[]{DType.FLOAT32, DType.BFLOAT16}) {
                    Tensor composed = Tensors.empty(dtype, Device.CPU, rows, columns);
                    fast.compose(0, composed);
                    assertThat(fast.dequantised(dtype).toFloats()).containsExactly(composed.toFloats());
                    assertThat(plain.dequantised(dtype).toFloats()).containsExactly(composed.toFloats());
                }
                assertThat(fast.dequantised(DType.FLOAT64).toFloats())
                        .containsExactly(fast.dequantised(DType.FLOAT32).toFloats());
            }
        }
    }

    @Test
    void rowsInPartsAreTheWhole() {
        try (Scope scope = Scope.open()) {
            Tensor values = random.normal(0.05, DType.FLOAT32, Device.CPU, 200, 37);
            try (Nf4Matrix matrix = Nf4Matrix.quantise(values, 64, true, Device.CPU)) {
                Tensor whole = matrix.dequantised(DType.BFLOAT16);
                assertThat(matrix.rowStep()).isEqualTo(64);
                for (long first : new long[]{0, 64, 128}) {
                    Tensor part = Tensors.empty(DType.BFLOAT16, Device.CPU, Math.min(70, 200 - first), 37);
                    Tensor expected = whole.narrow(0, first, part.size(0));
                    matrix.dequantiseInto(first, part);
                    assertThat(part.toFloats()).containsExactly(expected.toFloats());
                    part.zero();
                    matrix.compose(first, part);
                    assertThat(part.toFloats()).containsExactly(expected.toFloats());
                }
            }
        }
    }

    @Test
    void quantisingWhatWasDequantisedChangesNothing() {
        try (Scope scope = Scope.open()) {
            Tensor values = random.normal(0.05, DType.FLOAT32, Device.CPU, 64, 192);
            try (Nf4Matrix once = Nf4Matrix.quantise(values, 64, false, Device.CPU)) {
                Tensor dense = once.dequantised(DType.FLOAT32);
                // half of the widest gap between levels, of the largest magnitude
                assertThat(dense.sub(values).abs().max().item()).isLessThan(0.152 * values.abs().max().item());
                try (Nf4Matrix twice = Nf4Matrix.quantise(dense, 64, false, Device.CPU)) {
                    assertThat(bytes(twice.packed())).containsExactly(bytes(once.packed()));
                    assertThat(twice.dequantised(DType.FLOAT32).toFloats()).containsExactly(dense.toFloats());
                }
            }
        }
    }

    @Test
    void zerosStayZerosAndReadsBfloat16() {
        try (Scope scope = Scope.open()) {
            Tensor values = random.normal(1, DType.BFLOAT16, Device.CPU, 4, 64);
            values.narrow(0, 1, 2).zero();
            try (Nf4Matrix matrix = Nf4Matrix.quantise(values, 64, true, Device.CPU);
                    Nf4Matrix none = Nf4Matrix.quantise(Tensors.zeros(DType.FLOAT32, 2, 64), 64, true, Device.CPU)) {
                assertThat(matrix.dequantised(DType.FLOAT32).narrow(0, 1, 2).abs().max().item()).isZero();
                assertThat(matrix.dequantised(DType.FLOAT32).select(0, 0).abs().max().item()).isGreaterThan(0.5);
                assertThat(none.dequantised(DType.FLOAT32).abs().max().item()).isZero();
            }
        }
    }

    @Test
    void bitsOfANumber() {
        try (Scope scope = Scope.open()) {
            Tensor values = random.normal(1, DType.BFLOAT16, Device.CPU, 512, 1024);
            try (Nf4Matrix whole = Nf4Matrix.quantise(values, 64, false, Device.CPU);
                    Nf4Matrix nested = Nf4Matrix.quantise(values, 64, true, Device.CPU)) {
                assertThat(whole.bytes() * 8.0 / values.count()).isEqualTo(4.5);
                assertThat(nested.bytes() * 8.0 / values.count()).isCloseTo(4.127, Offset.offset(1e-3));
            }
        }
    }

    @Test
    void threadsDoNotChangeABit() {
        int before = Engine.threads();
        try (Scope scope = Scope.open()) {
            Tensor values = random.normal(1, DType.FLOAT32, Device.CPU, 512, 300);
            byte[][] codes = new byte[2][];
            for (int threads = 1; threads <= 2; threads++) {
                Engine.threads(threads);
                try (Nf4Matrix matrix = Nf4Matrix.quantise(values, 64, true, Device.CPU)) {
                    codes[threads - 1] = bytes(matrix.packed());
                }
            }
            assertThat(codes[0]).containsExactly(codes[1]);
        } finally {
            Engine.threads(before);
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void refusesWhatIsNotFinite(float bad) {
        try (Scope scope = Scope.open()) {
            Tensor values = random.normal(1, DType.FLOAT32, Device.CPU, 9, 50);
            values.narrow(0, 7, 1).narrow(1, 3, 1).fill(bad);
            for (DType dtype : new DType[]{DType.FLOAT32, DType.BFLOAT16, DType.FLOAT64}) {
                assertThatThrownBy(() -> Nf4Matrix.quantise(values.to(dtype), 64, true, Device.CPU))
                        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("NaN");
                assertThatThrownBy(() -> Int8Matrix.quantise(values.to(dtype), Device.CPU))
                        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("NaN");
            }
        }
    }

    @Test
    void refusesWhatIsNoMatrix() {
        try (Scope scope = Scope.open()) {
            for (Tensor bad : new Tensor[]{Tensors.zeros(DType.FLOAT32, 8), Tensors.zeros(DType.FLOAT32, 2, 0),
                    Tensors.zeros(DType.INT64, 2, 2), Tensors.zeros(DType.FLOAT32, 2, 2, 2)}) {
                assertThatThrownBy(() -> Nf4Matrix.quantise(bad, 64, true, Device.CPU))
                        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(bad.describe());
            }
            for (int block : new int[]{0, -64, 16, 48, 8192}) {
                assertThatThrownBy(
                        () -> Nf4Matrix.quantise(Tensors.zeros(DType.FLOAT32, 2, 2), block, true, Device.CPU))
                        .hasMessageContaining("blocks of " + block).hasMessageContaining("32 to 4096");
            }
        }
    }

    @Test
    void refusesATargetThatDoesNotFit() {
        try (Scope scope = Scope.open();
                Nf4Matrix matrix = Nf4Matrix.quantise(random.normal(1, DType.FLOAT32, Device.CPU, 70, 50), 64, true,
                        Device.CPU)) {
            Tensor two = Tensors.zeros(DType.FLOAT32, 2, 50);
            assertThatThrownBy(() -> matrix.dequantiseInto(1, two)).hasMessageContaining("multiple of 64");
            assertThatThrownBy(() -> matrix.dequantiseInto(-64, two)).hasMessageContaining("rows from -64");
            assertThatThrownBy(() -> matrix.dequantiseInto(64, Tensors.zeros(DType.FLOAT32, 7, 50)))
                    .hasMessageContaining("ends within the matrix");
            assertThatThrownBy(() -> matrix.dequantiseInto(0, Tensors.zeros(DType.FLOAT32, 2, 51)))
                    .hasMessageContaining("[2, 51]");
            assertThatThrownBy(() -> matrix.dequantiseInto(0, Tensors.zeros(DType.INT64, 2, 50)))
                    .hasMessageContaining("INT64");
            assertThatThrownBy(() -> matrix.dequantiseInto(0, Tensors.zeros(DType.FLOAT32, 50, 2).t()))
                    .hasMessageContaining("contiguous");
            matrix.close();
            assertThatThrownBy(() -> matrix.dequantised(DType.FLOAT32)).hasMessageContaining("closed");
        }
    }

    private static Fixture fixture() { return Fixture.open(Golden.path("nf4", "nf4.safetensors")); }

    private static byte[] bytes(Tensor tensor) { return tensor.memory().toArray(ValueLayout.JAVA_BYTE); }

    private static void near(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.sub(expected).abs().max().item()).isLessThan(TOLERANCE);
    }
}
