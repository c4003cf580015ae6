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

/** Loss, gradient by the log-probs and metrics of every case: all forms, levels, bounds and masks. */
@Tag("golden")
class GrpoGoldenTest {
    static Stream<String> cases() { return GoldenLosses.cases("grpo"); }

    @ParameterizedTest
    @MethodSource("cases")
    void equalsTheReference(String name) {
        JsonNode expected = GoldenLosses.json("grpo").get(name);
        JsonNode options = expected.get("options");
        Map<String, Object> settings = GoldenLosses.settings(expected, "epsilon_low", "use_old_logps",
                "max_completion_length", "gradient_accumulation_steps");
        settings.put("epsilon", options.get("epsilon_low").asDouble());
        Grpo objective = (Grpo) Objectives.find("grpo").orElseThrow().make(settings);
        try (Fixture golden = GoldenLosses.open("grpo"); Scope scope = Scope.open()) {
            Tensor logProbs = golden.get("logps").leaf();
            GoldenRollouts table = GoldenRollouts.of(golden, "completion_mask", 1);
            Tensor old = options.get("use_old_logps").asBoolean() ? golden.get("old_logps") : logProbs.detach();
            StepTotals totals = new StepTotals(
                    table.count() * options.get("gradient_accumulation_steps").asDouble(), table.places().length);
            RolloutSignals signals = RolloutSignals.of(
                    table.completions(logProbs).withReference(table.read(golden.get("ref_logps"))), table.read(old),
                    table.spread(golden.get("advantages")), table.ones(), totals,
                    options.get("max_completion_length").asInt()).withEntropy(table.read(golden.get("entropies")));
            Loss loss = objective.compute(signals);
            GoldenLosses.assertLoss(loss, expected);
            GoldenLosses.assertMetrics(objective.metrics(signals), expected);
            loss.value().backward();
            GoldenLosses.assertGradient(logProbs, golden.get(name + ".grad_logps"));
        }
    }
}
