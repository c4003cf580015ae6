package dev.hone.objective;

import dev.hone.tensor.DType;
import dev.hone.tensor.Fixture;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Loss, gradient by the logits and metrics of every case. */
@Tag("golden")
class KtoGoldenTest {
    static Stream<String> cases() { return GoldenLosses.cases("kto"); }

    @ParameterizedTest
    @MethodSource("cases")
    void equalsTheReference(String name) {
        JsonNode expected = GoldenLosses.json("kto").get(name);
        Kto objective = (Kto) Objectives.find("kto").orElseThrow().make(GoldenLosses.settings(expected, "kl"));
        try (Fixture golden = GoldenLosses.open("kto"); Scope scope = Scope.open()) {
            Tensor logits = golden.get("logits").leaf();
            String reference = "kl_ref_logits." + expected.get("options").get("kl").asString();
            UnpairedSignals signals = signals(golden, logits, golden.get(reference));
            Loss loss = objective.compute(signals);
            GoldenLosses.assertLoss(loss, expected);
            GoldenLosses.assertMetrics(objective.metrics(signals), expected);
            loss.value().backward();
            GoldenLosses.assertGradient(logits, golden.get(name + ".grad_logits"));
        }
    }

    private static UnpairedSignals signals(Fixture golden, Tensor logits, Tensor mismatchedReference) {
        GoldenLosses.Batch batch = GoldenLosses.Batch.of(golden, "", false);
        GoldenLosses.Batch other = GoldenLosses.Batch.of(golden, "kl_", false);
        return new UnpairedSignals(
                GoldenLosses.completions(batch, logits, Optional.of(golden.get("ref_logits")), 0, batch.rows()),
                golden.get("label").to(DType.FLOAT32),
                Optional.of(
                        GoldenLosses.completions(other, golden.get("kl_logits"), Optional.of(mismatchedReference), 0,
                                other.rows())),
                Optional.empty(), RunningMoments.NONE, StepTotals.ofRows(batch.rows()));
    }
}
