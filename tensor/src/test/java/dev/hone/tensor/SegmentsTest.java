package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SegmentsTest {
    @Test
    void sumsAndTheirGradient() {
        try (Scope scope = Scope.open()) {
            Tensor values = Tensors.of(new double[]{1, 2, 4, 8}).leaf();
            Tensor sums = Segments.sum(values, Tensors.of(new long[]{0, 2, 2, 0}), 4);
            assertThat(sums.toDoubles()).containsExactly(9, 0, 6, 0);
            sums.mul(Tensors.of(new double[]{3, 5, 7, 11})).sum().backward();
            assertThat(values.grad().toDoubles()).containsExactly(3, 7, 7, 3);
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        try (Scope scope = Scope.open()) {
            Tensor values = Tensors.of(new double[]{1, 2});
            assertThatThrownBy(() -> Segments.sum(values, Tensors.of(new long[]{0}), 1))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("[2]")
                    .hasMessageContaining("[1]");
            assertThatThrownBy(() -> Segments.sum(values, Tensors.of(new long[]{0, 3}), 2))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("segment sums");
        }
    }
}
