package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SortedTest {
    @Test
    void valuesAndPlacesOutliveTheTupleThatTheyCameIn() {
        try (Scope scope = Scope.open()) {
            Tensor leaf = Tensors.of(new double[]{3, 1, 2}).leaf();
            for (int i = 0; i < 100; i++) { // freed memory is soon taken again
                Tensor.Sorted rising = leaf.sort(0, false);
                Tensor.Sorted largest = leaf.topK(2);
                assertThat(rising.values().add(rising.values()).toDoubles()).containsExactly(2, 4, 6);
                assertThat(rising.indices().toLongs()).containsExactly(1, 2, 0);
                assertThat(largest.values().toDoubles()).containsExactly(3, 2);
                assertThat(largest.indices().toLongs()).containsExactly(0, 2);
            }
            leaf.sort(0, true).values().mul(Tensors.of(new double[]{5, 7, 11})).sum().backward();
            assertThat(leaf.grad().toDoubles()).containsExactly(5, 11, 7);
        }
    }
}
