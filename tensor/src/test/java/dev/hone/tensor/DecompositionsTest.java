package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hone.tensor.Decompositions.Singular;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecompositionsTest {

    @ParameterizedTest
    @CsvSource({"7, 4", "4, 7", "5, 5"})
    void thePartsMakeTheMatrix(long rows, long columns) {
        try (Scope scope = Scope.open()) {
            Tensor matrix = Randomness.of(1).normal(1, DType.FLOAT64, Device.CPU, rows, columns);
            Singular parts = Decompositions.singular(matrix);
            assertThat(parts.u().mul(parts.s()).matmul(parts.vt()).sub(matrix).abs().max().item()).isLessThan(1e-12);
            double[] values = parts.s().toDoubles();
            for (int i = 1; i < values.length; i++) {
                assertThat(values[i]).isBetween(0.0, values[i - 1]);
            }
        }
    }

    /** Of a matrix of rank 3 the three largest are all there is. */
    @Test
    void theLargestOfAThinMatrix() {
        try (Scope scope = Scope.open()) {
            Randomness random = Randomness.of(2);
            Tensor matrix = random.normal(1, DType.FLOAT64, Device.CPU, 9, 3)
                    .matmul(random.normal(1, DType.FLOAT64, Device.CPU, 3, 6));
            Singular parts = Decompositions.largest(matrix, random.normal(1, DType.FLOAT64, Device.CPU, 6, 3), 2);
            assertThat(parts.u().mul(parts.s()).matmul(parts.vt()).sub(matrix).abs().max().item()).isLessThan(1e-10);
            double[] exact = Decompositions.singular(matrix).s().toDoubles();
            assertThat(parts.s().toDoubles()).containsExactly(new double[]{exact[0], exact[1], exact[2]},
                    within(1e-10));
        }
    }
}
