package dev.hone.objective;

import dev.hone.tensor.Fixture;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Loss, gradient by the log-probs and metrics of every case. */
@Tag("golden")
class RlooGoldenTest {
    static Stream<String> cases() { return GoldenLosses.cases("rloo"); }

    @ParameterizedTest
    @MethodSource("cases")
    void equalsTheReference(String name) {
        JsonNode expected = GoldenLosses.json("rloo").get(name);
        Map<String, Object> settings = GoldenLosses.settings(expected, "epsilon_low");
        settings.put("epsilon", expected.get("options").get("epsilon_low").asDouble());
        Rloo objective = (Rloo) Objectives.find("rloo").orElseThrow().make(settings);
        try (Fixture golden = GoldenLosses.open("rloo"); Scope scope = Scope.open()) {
            Tensor logProbs = golden.get("logps").leaf();
            GoldenRollouts table = GoldenRollouts.of(golden, "completion_mask", 1);
            RolloutSignals signals = RolloutSignals.of(table.completions(logProbs),
                    table.first(golden.get("old_logps")), // sums are given: only they are read
                    table.spread(golden.get("advantages")), table.ones(),
                    new StepTotals(table.count(), table.places().length), table.width());
            Loss loss = objective.compute(signals);
            GoldenLosses.assertLoss(loss, expected);
            GoldenLosses.assertMetrics(objective.metrics(signals), expected);
            loss.value().backward();
            GoldenLosses.assertGradient(logProbs, golden.get(name + ".grad_logps"));
        }
    }
}
