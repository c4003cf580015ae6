package dev.hone.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.config.ConfigException;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DpoTest {
    private static Dpo dpo(Map<String, ?> settings) {
        return (Dpo) Objectives.find("dpo").orElseThrow().make(settings);
    }

    /** One pair whose sums of log-ratios are a and b, two tokens chosen and one rejected. */
    private static PairSignals pair(double a, double b, double margin) {
        CompletionSignals chosen = CompletionSignals
                .of(Tensors.of(new double[]{-1, a - 2}), Tensors.of(new long[]{0, 0}), 1)
                .withReference(Tensors.of(new double[]{-2, -1}));
        CompletionSignals rejected = CompletionSignals.of(Tensors.of(new double[]{b - 3}), Tensors.of(new long[]{0}), 1)
                .withReference(Tensors.of(new double[]{-3}));
        return new PairSignals(chosen, rejected, Optional.empty(), Optional.of(Tensors.of(new double[]{margin})),
                new StepTotals(1, 2));
    }

    /** LMFlow's forms, which no fixture covers, by hand: x = 0.5·(1.2 − 0.2), margin 0.8. */
    @ParameterizedTest
    @CsvSource({"raft", "cross_entropy", "kl", "tv", "hellinger", "rev_kl"})
    void lmflowFormsByHand(String form) {
        double q = 1 / (1 + Math.exp(-0.5));
        double p = 1 / (1 + Math.exp(-0.8));
        double expected = switch (form) {
            case "raft" -> 1 - (1.2 - 2);
            case "cross_entropy" -> Math.log1p(Math.exp(-0.6));
            case "kl" -> p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));
            case "rev_kl" -> q * Math.log(q / p) + (1 - q) * Math.log((1 - q) / (1 - p));
            case "tv" -> p - q;
            default -> 0.5 * (square(Math.sqrt(p) - Math.sqrt(q)) + square(Math.sqrt(1 - p) - Math.sqrt(1 - q)));
        };
        try (Scope scope = Scope.open()) {
            Dpo dpo = dpo(Map.of("loss_type", form, "beta", 0.5));
            assertThat(dpo.compute(pair(1.2, 0.2, 0.8)).value().item()).isCloseTo(expected, within(1e-12));
        }
    }

    @Test
    void exoWithoutSmoothingTakesAThousandth() {
        try (Scope scope = Scope.open()) {
            double bare = dpo(Map.of("loss_type", "exo_pair")).compute(pair(1, 0, 0)).value().item();
            double smoothed = dpo(Map.of("loss_type", "exo_pair", "label_smoothing", 0.001)).compute(pair(1, 0, 0))
                    .value().item();
            assertThat(bare).isEqualTo(smoothed);
        }
    }

    @Test
    void rpoAddsTheTokenMeanOfTheChosenCompletion() {
        try (Scope scope = Scope.open()) {
            double plain = dpo(Map.of()).compute(pair(1, 0, 0)).value().item();
            double withRpo = dpo(Map.of("rpo_alpha", 0.5, "ld_alpha", 1)).compute(pair(1, 0, 0)).value().item();
            assertThat(withRpo - plain).isCloseTo(0.5 * (1 + 1) / 2, within(1e-12));
        }
    }

    @Test
    void onlyWhatIsReadIsNeeded() {
        assertThat(dpo(Map.of()).needs()).containsExactly(Need.REFERENCE);
        assertThat(dpo(Map.of("reference_free", true)).needs()).isEmpty();
        assertThat(dpo(Map.of("use_weighting", true, "loss_type", "kl")).needs())
                .containsExactlyInAnyOrder(Need.REFERENCE, Need.COLLISIONS, Need.MARGINS);
        assertThat(dpo(Map.of("loss_type", "aot")).needs()).contains(Need.WHOLE_STEP);
    }

    @Test
    void allMistakesAtOnce() {
        assertThatThrownBy(() -> new Dpo(List.of(PairLoss.ROBUST, PairLoss.HINGE), List.of(1.0), -1, 0.5,
                FDivergence.REVERSE_KL, 0.5, 0, Optional.of(2.0), false, -1, false)).isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("loss_weights: found [1], expected one weight for each of the 2 forms",
                        "beta: found -1, expected greater than 0", "below 0.5 with loss_type robust", "discopop_tau",
                        "ld_alpha", "rpo_alpha");
    }

    @ParameterizedTest
    @CsvSource({"hinge, label_smoothing, 0.1", "sppo_hard, f_divergence_type, forward_kl", "aot, use_weighting, true",
            "sft, use_weighting, true", "sigmoid, label_smoothing, 0.6", "sigmoid, beta, 0"})
    void whatWouldBeIgnoredOrMeaninglessIsRefused(String form, String key, String value) {
        Object given = value.matches("[0-9.]+") ? Double.valueOf(value) : value.equals("true") ? (Object) true : value;
        assertThatThrownBy(() -> dpo(Map.of("loss_type", form, key, given))).isInstanceOf(ConfigException.class)
                .hasMessageContaining(key);
    }

    @Test
    void aBatchOfOneIsRefusedWhereRanksAreCompared() {
        try (Scope scope = Scope.open()) {
            assertThatThrownBy(() -> dpo(Map.of("loss_type", "aot")).compute(pair(1, 0, 0)))
                    .isInstanceOf(ConfigException.class).hasMessageContaining("at least 2")
                    .hasMessageContaining("rank");
        }
    }

    @Test
    void missingSignalsAreNamed() {
        try (Scope scope = Scope.open()) {
            PairSignals given = pair(1, 0, 0);
            Tensor alone = given.rejected().logProbs();
            CompletionSignals bare = CompletionSignals.of(alone, Tensors.of(new long[]{0}), 1);
            assertThatThrownBy(() -> dpo(Map.of()).compute(PairSignals.of(bare, bare, new StepTotals(1, 1))))
                    .hasMessageContaining("REFERENCE");
            assertThatThrownBy(() -> dpo(Map.of("loss_type", "tv"))
                    .compute(PairSignals.of(given.chosen(), given.rejected(), new StepTotals(1, 1))))
                    .hasMessageContaining("MARGINS");
        }
    }

    private static double square(double value) { return value * value; }
}
