package dev.hone.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.tensor.DType;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CompletionSignalsTest {
    /** A prompt token and three of the completion; then two of each. */
    private static CompletionSignals twoRows() {
        return new CompletionSignals(Tensors.of(new double[]{-9, -1, -2, -3, -9, -9, -4, -5}),
                Optional.of(Tensors.of(new double[]{-8, -2, -2, -2, -8, -8, -2, -2})),
                Tensors.of(new double[]{0, 1, 1, 1, 0, 0, 1, 1}), Tensors.of(new long[]{0, 0, 0, 0, 1, 1, 1, 1}), 2,
                Optional.of(Tensors.of(new double[]{-1, -1, -1, -1, -1, -1, -1, -1})));
    }

    @Test
    void sumsLeavePromptsOut() {
        try (Scope scope = Scope.open()) {
            CompletionSignals signals = twoRows();
            assertThat(signals.sums().toDoubles()).containsExactly(-6, -9);
            assertThat(signals.referenceSums().toDoubles()).containsExactly(-6, -4);
            assertThat(signals.lengths().toDoubles()).containsExactly(3, 2);
            assertThat(signals.means().toDoubles()).containsExactly(-2, -4.5);
            assertThat(signals.logRatios().toDoubles()).containsExactly(0, -5);
            assertThat(signals.alignment().toDoubles()).containsExactly(-1, -3.5);
            assertThat(signals.withoutReference().logRatios().toDoubles()).containsExactly(-6, -9);
            assertThat(signals.negativeLogLikelihood().item()).isEqualTo(42);
        }
    }

    @Test
    void tokensBeyondTheLimitAreDiscounted() {
        try (Scope scope = Scope.open()) {
            CompletionSignals less = twoRows().discounted(Tensors.of(new double[]{1, 2}), 0.5);
            assertThat(less.sums().toDoubles()).containsExactly(-1 - 0.5 * 5, -9);
            assertThat(less.referenceSums().toDoubles()).containsExactly(-2 - 0.5 * 4, -4);
            assertThat(less.lengths().toDoubles()).containsExactly(3, 2);
        }
    }

    /** 4,000 tokens of −8 nats, each 1e-3 above the reference: at such sums float32 has steps of 0.002, and adding up takes many. */
    @Test
    void smallDifferencesOfLargeSumsAreKept() {
        try (Scope scope = Scope.open()) {
            Tensor reference = Tensors.full(-8, DType.FLOAT32, 4000);
            Tensor rows = Tensors.zeros(DType.INT64, 4000);
            CompletionSignals signals = CompletionSignals.of(reference.add(0.001), rows, 1).withReference(reference);
            assertThat(signals.logRatios().item()).isCloseTo(4, within(2e-3));
        }
    }

    @Test
    void sizesThatDoNotFitAreRefused() {
        try (Scope scope = Scope.open()) {
            assertThatThrownBy(
                    () -> CompletionSignals.of(Tensors.of(new double[]{-1, -2}), Tensors.of(new long[]{0}), 1))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("rows");
        }
    }
}
