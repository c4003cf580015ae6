package dev.hone.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SftTest {
    private static final double[] LOG_PROBS = {-0.1, -2.5, -60, -1e-9, -7};
    private static final double[] MEANS = {-3, -4, -50, -6, -9};
    private static final double[] WEIGHTS = {1, 0.5, 1, 2, 1};

    static List<Sft> forms() {
        return List.of(new Sft(Sft.LossType.NLL, 0), new Sft(Sft.LossType.DFT, 0), new Sft(Sft.LossType.NLL, 0.1));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void aSplitBatchAddsUpToTheWhole(Sft sft) {
        try (Scope scope = Scope.open()) {
            double whole = value(sft, 0, 5);
            assertThat(value(sft, 0, 2) + value(sft, 2, 5)).isCloseTo(whole, within(1e-12));
            assertThat(whole).isFinite();
        }
    }

    @ParameterizedTest
    @MethodSource("forms")
    void gradientsAgreeWithFiniteDifferences(Sft sft) {
        try (Scope scope = Scope.open()) {
            Tensor leaf = Tensors.of(LOG_PROBS).leaf();
            Tensor means = Tensors.of(MEANS).leaf();
            sft.compute(new TokenSignals(leaf, means, Tensors.of(WEIGHTS), 5)).value().backward();
            double[] gradient = leaf.grad().toDoubles();
            for (int i = 0; i < LOG_PROBS.length; i++) {
                double h = 1e-6;
                double slope = (shifted(sft, i, h) - shifted(sft, i, -h)) / (2 * h);
                // dft scales by a probability that is not differentiated, so its slope is half the story: d(p·l) = p·dl + l·dp
                double expected = sft.lossType() == Sft.LossType.DFT
                        ? -WEIGHTS[i] * Math.exp(LOG_PROBS[i]) / 5
                        : slope;
                assertThat(gradient[i]).isCloseTo(expected, within(1e-6));
            }
        }
    }

    @Test
    void smoothingByHand() {
        try (Scope scope = Scope.open()) {
            double expected = 0;
            for (int i = 0; i < 5; i++) {
                expected -= WEIGHTS[i] * (0.9 * LOG_PROBS[i] + 0.1 * MEANS[i]) / 5;
            }
            assertThat(value(new Sft(Sft.LossType.NLL, 0.1), 0, 5)).isCloseTo(expected, within(1e-12));
        }
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> new Sft(Sft.LossType.NLL, 1)).hasMessageContaining("label_smoothing");
        assertThatThrownBy(() -> new Sft(Sft.LossType.NLL, Double.NaN)).hasMessageContaining("label_smoothing");
        assertThatThrownBy(() -> new Sft(Sft.LossType.DFT, 0.1)).hasMessageContaining("dft");
    }

    private static double shifted(Sft sft, int at, double by) {
        double[] moved = LOG_PROBS.clone();
        moved[at] += by;
        return sft.compute(new TokenSignals(Tensors.of(moved), Tensors.of(MEANS), Tensors.of(WEIGHTS), 5)).value()
                .item();
    }

    private static double value(Sft sft, int from, int to) {
        return sft.compute(new TokenSignals(Tensors.of(LOG_PROBS).narrow(0, from, to - from),
                Tensors.of(MEANS).narrow(0, from, to - from), Tensors.of(WEIGHTS).narrow(0, from, to - from), 5))
                .value().item();
    }
}
