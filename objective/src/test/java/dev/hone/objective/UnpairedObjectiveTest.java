package dev.hone.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.config.ConfigException;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensors;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class UnpairedObjectiveTest {
    /** Log-ratios as given; the label of the first row is 1, of the others 0. */
    private static UnpairedSignals signals(RunningMoments history, double... ratios) {
        long[] rows = new long[ratios.length];
        double[] labels = new double[ratios.length];
        labels[0] = 1;
        for (int i = 0; i < rows.length; i++) {
            rows[i] = i;
        }
        CompletionSignals completions = CompletionSignals.of(Tensors.of(ratios), Tensors.of(rows), rows.length)
                .withReference(Tensors.of(new double[ratios.length]));
        return new UnpairedSignals(completions, Tensors.of(labels), Optional.of(completions),
                Optional.of(Tensors.of(ratios).abs().mul(100)), history, StepTotals.ofRows(rows.length));
    }

    @Test
    void oneLabelAloneReportsOneSideOnly() {
        try (Scope scope = Scope.open()) {
            CompletionSignals one = CompletionSignals.of(Tensors.of(new double[]{-2}), Tensors.of(new long[]{0}), 1)
                    .withReference(Tensors.of(new double[]{-1}));
            UnpairedSignals part = new UnpairedSignals(one, Tensors.of(new double[]{1}), Optional.of(one),
                    Optional.empty(), RunningMoments.NONE, StepTotals.ofRows(2));
            Map<String, Double> reported = new Kto(Kto.LossType.KTO, 0.5, 1, 1).metrics(part).read().reported();
            assertThat(reported).containsEntry("rewards/chosen", -0.5).containsEntry("kl", 0.0)
                    .doesNotContainKeys("rewards/rejected", "rewards/margins");
        }
    }

    @Test
    void aStepOfOneRowIsRefused() {
        try (Scope scope = Scope.open()) {
            UnpairedSignals one = signals(RunningMoments.NONE, -1);
            assertThatThrownBy(() -> new Kto(Kto.LossType.KTO, 0.1, 1, 1).compute(one))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContainingAll("per_device_train_batch_size", "at least 2", "KTO");
            assertThatThrownBy(() -> new Bco(0.1, false, 0.5, 10).compute(one)).hasMessageContainingAll("at least 2",
                    "BCO");
            assertThat(new Kto(Kto.LossType.APO_ZERO_UNPAIRED, 0.1, 1, 1).compute(one).value().item()).isFinite();
        }
    }

    @Test
    void densityRatiosAreKeptBetweenTheirBounds() {
        try (Scope scope = Scope.open()) {
            UnpairedSignals given = signals(new RunningMoments(1e15, 0, 0), -0.5, -0.001, -0.04);
            double expected = Math.log1p(Math.exp(0.5)) + 0.5 * Math.log1p(Math.exp(-0.001))
                    + 2 * Math.log1p(Math.exp(-0.04));
            assertThat(new Bco(1, true, 0.5, 2).compute(given).value().item()).isCloseTo(expected / 3, within(1e-9));
        }
    }

    @Test
    void momentsAreThoseOfAllValues() {
        RunningMoments moments = RunningMoments.NONE.plus(1, 4).plus(7);
        assertThat(moments.count()).isEqualTo(3);
        assertThat(moments.mean()).isEqualTo(4);
        assertThat(moments.standardDeviation()).isEqualTo(3);
        assertThat(RunningMoments.NONE.standardDeviation()).isZero();
        try (Scope scope = Scope.open()) {
            assertThat(moments.meanWith(Tensors.of(new double[]{8})).item()).isEqualTo(5);
        }
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> new Kto(Kto.LossType.KTO, 0, -1, Double.NaN)).isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("beta", "desirable_weight", "undesirable_weight");
        assertThatThrownBy(() -> new Bco(-1, true, 3, 2)).hasMessageContainingAll("beta", "min_density_ratio",
                "max_density_ratio");
    }

    @Test
    void pairObjectivesRefuseNonsenseToo() {
        assertThatThrownBy(() -> new Cpo(Cpo.LossType.HINGE, 0, 0.1, -1, 0, 0)).hasMessageContainingAll("beta",
                "label_smoothing", "cpo_alpha");
        assertThatThrownBy(() -> new Simpo(-1, 0, 0, 0)).hasMessageContaining("beta");
        assertThatThrownBy(() -> new CpoSimpo(1, 0, -1, 0)).hasMessageContaining("cpo_alpha");
        assertThatThrownBy(() -> new Orpo(0)).hasMessageContaining("beta");
        assertThatThrownBy(() -> new Tpo(Tpo.LossType.IPO, 0, 0.1, -1, 0)).hasMessageContainingAll("beta",
                "label_smoothing", "tpo_alpha");
    }
}
