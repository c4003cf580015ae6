package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Int8MatrixTest {
    private final Randomness random = Randomness.of(6);

    @Test
    void codesByHand() {
        try (Scope scope = Scope.open();
                Int8Matrix matrix = Int8Matrix.quantise(
                        Tensors.of(new float[]{127, -127, 0.5f, 1.5f, -2.5f, 0, 0, 0, 0, 0, -1, 0.25f, 0, 0, 1}, 3, 5),
                        Device.CPU)) {
            assertThat(matrix.codes().memory().toArray(ValueLayout.JAVA_BYTE)).containsExactly(127, -127, 0, 2, -2, 0,
                    0, 0, 0, 0, -127, 32, 0, 0, 127);
            assertThat(matrix.scales().toFloats()).containsExactly(1, 0, 1 / 127f);
            assertThat(matrix.bytes()).isEqualTo(15 + 12);
        }
    }

    @ParameterizedTest
    @CsvSource({"300, 256", "211, 317", "1, 1", "3, 70000"})
    void kernelAndPlainFormsAreTheSame(long rows, long columns) {
        try (Scope scope = Scope.open()) {
            Tensor values = random.normal(0.05, DType.FLOAT32, Device.CPU, rows, columns);
            try (Int8Matrix fast = Int8Matrix.quantise(values, Device.CPU);
                    Int8Matrix plain = Int8Matrix.quantise(values.to(DType.FLOAT64), Device.CPU)) {
                assertThat(fast.codes().toFloats()).containsExactly(plain.codes().toFloats());
                for (DType dtype : new DType[]{DType.FLOAT32, DType.BFLOAT16}) {
                    Tensor composed = Tensors.empty(dtype, Device.CPU, rows, columns);
                    fast.compose(0, composed);
                    assertThat(fast.dequantised(dtype).toFloats()).containsExactly(composed.toFloats());
                }
                Tensor error = fast.dequantised(DType.FLOAT32).sub(values).abs().max(1, false);
                Tensor half = fast.scales().mul(0.5 + 1e-4);
                assertThat(error.gt(half).to(DType.FLOAT32).max().item()).isZero();
            }
        }
    }

    @Test
    void rowsInPartsAreTheWhole() {
        try (Scope scope = Scope.open()) {
            Tensor values = random.normal(0.05, DType.BFLOAT16, Device.CPU, 40, 37);
            try (Int8Matrix matrix = Int8Matrix.quantise(values, Device.CPU)) {
                Tensor part = Tensors.empty(DType.BFLOAT16, Device.CPU, 9, 37);
                matrix.dequantiseInto(31, part);
                assertThat(part.toFloats())
                        .containsExactly(matrix.dequantised(DType.BFLOAT16).narrow(0, 31, 9).toFloats());
            }
        }
    }
}
