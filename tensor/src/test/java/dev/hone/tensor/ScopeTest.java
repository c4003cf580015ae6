package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ScopeTest {
    @Test
    void resultsDieWithTheInnermostScope() {
        long before = Scope.liveHandles();
        try (Scope outer = Scope.open()) {
            Tensor kept = Tensors.of(new float[]{1, 2, 3});
            try (Scope inner = Scope.open()) {
                kept.add(kept).mul(2);
                assertThat(Scope.liveHandles() - before).isEqualTo(3);
            }
            assertThat(Scope.liveHandles() - before).isEqualTo(1);
            assertThat(kept.toFloats()).containsExactly(1, 2, 3);
        }
        assertThat(Scope.liveHandles()).isEqualTo(before);
    }

    @Test
    void anOpOutsideAScopeIsRefusedAndLeaksNothing() {
        long before = Scope.liveHandles();
        assertThatThrownBy(() -> Tensors.of(new float[]{1})).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("outside a Scope").hasMessageContaining("Scope.open()");
        assertThat(Scope.liveHandles()).isEqualTo(before);
    }

    @Test
    void tidyKeepsOnlyTheResult() {
        try (Scope scope = Scope.open()) {
            long before = Scope.liveHandles();
            Tensor result = Scope.tidy(() -> Tensors.of(new float[]{1, 2}).add(1).mul(3));
            assertThat(Scope.liveHandles() - before).isEqualTo(1);
            assertThat(result.toFloats()).containsExactly(6, 9);
        }
    }

    @Test
    void aReleasedTensorOutlivesItsScope() {
        Tensor owned;
        try (Scope scope = Scope.open()) {
            owned = Scope.release(Tensors.of(new float[]{4}));
        }
        assertThat(owned.item()).isEqualTo(4);
        owned.close();
        owned.close();
    }

    @Test
    void scopesCloseInOrder() {
        Scope outer = Scope.open();
        Scope inner = Scope.open();
        assertThatThrownBy(outer::close).hasMessageContaining("out of order");
        inner.close();
        outer.close();
    }

    @Test
    void inPlaceOpsKeepTheirOperand() {
        try (Scope scope = Scope.open()) {
            Tensor x = Tensors.of(new float[]{1, 2});
            long before = Scope.liveHandles();
            x.addInPlace(x);
            x.mulInPlace(0.5);
            x.copyFrom(Tensors.of(new float[]{7, 8}));
            assertThat(Scope.liveHandles() - before).isEqualTo(1);
            assertThat(x.toFloats()).containsExactly(7, 8);
        }
    }

    @Test
    void aShapeErrorNamesTheOpAndBothShapes() {
        try (Scope scope = Scope.open()) {
            Tensor left = Tensors.zeros(DType.FLOAT32, 2, 3);
            Tensor right = Tensors.zeros(DType.FLOAT32, 4, 5);
            assertThatThrownBy(() -> left.matmul(right)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("matmul").hasMessageContaining("[2, 3]").hasMessageContaining("[4, 5]");
        }
    }
}
