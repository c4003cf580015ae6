package dev.hone.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hone.tensor.Fixture;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Loss, gradient, metrics and running moments of every case. */
@Tag("golden")
class BcoGoldenTest {
    static Stream<String> cases() { return GoldenLosses.cases("bco"); }

    @ParameterizedTest
    @MethodSource("cases")
    void equalsTheReference(String name) {
        JsonNode expected = GoldenLosses.json("bco").get(name);
        String updates = "updates_of_running_mean";
        Bco objective = (Bco) Objectives.find("bco").orElseThrow().make(GoldenLosses.settings(expected, updates));
        try (Fixture golden = GoldenLosses.open("bco"); Scope scope = Scope.open()) {
            Tensor chosen = golden.get("chosen_logps").leaf();
            Tensor rejected = golden.get("rejected_logps").leaf();
            UnpairedSignals signals = signals(golden, chosen, rejected, RunningMoments.NONE);
            for (int i = 1; i < expected.get("options").get(updates).asInt(); i++) {
                signals = signals(golden, chosen, rejected, objective.remember(signals));
            }
            Loss loss = objective.compute(signals);
            GoldenLosses.assertLoss(loss, expected);
            GoldenLosses.assertMetrics(objective.metrics(signals), expected);
            loss.value().backward();
            GoldenLosses.assertGradient(chosen, golden.get(name + ".grad_chosen_logps"));
            GoldenLosses.assertGradient(rejected, golden.get(name + ".grad_rejected_logps"));
            RunningMoments after = objective.remember(signals);
            JsonNode metrics = expected.get("metrics");
            assertThat(after.mean()).isCloseTo(metrics.get("delta").asDouble(), within(1e-6));
            assertThat(after.standardDeviation()).isCloseTo(metrics.get("running_std").asDouble(), within(1e-5));
        }
    }

    private static UnpairedSignals signals(Fixture golden, Tensor chosen, Tensor rejected, RunningMoments history) {
        int half = (int) chosen.count();
        Tensor sums = Tensors.cat(List.of(chosen, rejected), 0);
        Tensor reference = Tensors.cat(List.of(golden.get("ref_chosen_logps"), golden.get("ref_rejected_logps")), 0);
        CompletionSignals completions = CompletionSignals.of(sums, Tensors.range(2L * half), 2 * half)
                .withReference(reference);
        Tensor labels = Tensors.range(2L * half).lt(half).to(chosen.dtype());
        return new UnpairedSignals(completions, labels, Optional.empty(), Optional.empty(), history,
                StepTotals.ofRows(2.0 * half));
    }
}
