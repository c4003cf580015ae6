package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepMatrixTest {

    @ParameterizedTest
    @CsvSource({"1, 48, 80, false", "7, 256, 512, true", "16, 100, 33, true", "64, 64, 61, false"})
    void itIsTheProduct(int rows, int inputs, int outputs, boolean shifted) {
        try (Scope scope = Scope.open()) {
            Tensor x = normal(1, rows, inputs);
            Tensor weight = normal(2, outputs, inputs);
            Optional<Tensor> bias = shifted ? Optional.of(normal(3, outputs)) : Optional.empty();
            Tensor wide = x.to(DType.FLOAT32).matmul(weight.to(DType.FLOAT32).t());
            bias.ifPresent(shift -> wide.addInPlace(shift.to(DType.FLOAT32)));
            try (StepMatrix matrix = present(weight, 16)) {
                assertThat(matrix.serves(x)).isTrue();
                float[] found = matrix.product(x, bias).to(DType.FLOAT32).toFloats();
                float[] expected = wide.toFloats();
                for (int i = 0; i < expected.length; i++) {
                    assertThat(found[i]).isCloseTo(expected[i], within(0.01f * Math.max(1, Math.abs(expected[i]))));
                }
            }
        }
    }

    @Test
    void itReadsRowsAndMatricesThatAreViews() {
        try (Scope scope = Scope.open()) {
            Tensor x = normal(1, 32, 9).t();
            Tensor weight = normal(2, 32, 24).t();
            try (StepMatrix matrix = present(weight, 9)) {
                assertThat(matrix.product(x, Optional.empty()).sub(x.matmul(weight.t())).abs().max().item())
                        .isLessThan(0.1);
            }
        }
    }

    @Test
    void itServesFewRowsOfItsTypeOnly() {
        try (Scope scope = Scope.open()) {
            try (StepMatrix matrix = present(normal(1, 32, 32), 1)) {
                assertThat(matrix.serves(normal(2, 64, 32))).isTrue();
                assertThat(matrix.serves(normal(2, 65, 32))).isFalse();
                assertThat(matrix.serves(normal(2, 4, 32).to(DType.FLOAT32))).isFalse();
            }
            assertThat(StepMatrix.of(normal(1, 32, 32).to(DType.FLOAT32), 1)).isEmpty();
        }
    }

    private static StepMatrix present(Tensor weight, long rows) {
        Optional<StepMatrix> matrix = StepMatrix.of(weight, rows);
        Assumptions.assumeTrue(matrix.isPresent(), "this processor has no bfloat16 products of oneDNN");
        return matrix.orElseThrow();
    }

    private static Tensor normal(int seed, long... shape) {
        return Randomness.of(seed).normal(1, DType.FLOAT32, Device.CPU, shape).to(DType.BFLOAT16);
    }
}
