package dev.hone.objective;

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
class OrpoGoldenTest {
    static Stream<String> cases() { return GoldenLosses.cases("orpo"); }

    @ParameterizedTest
    @MethodSource("cases")
    void equalsTheReference(String name) {
        JsonNode expected = GoldenLosses.json("orpo").get(name);
        Orpo objective = (Orpo) Objectives.find("orpo").orElseThrow().make(GoldenLosses.settings(expected));
        try (Fixture golden = GoldenLosses.open("orpo"); Scope scope = Scope.open()) {
            Tensor logits = golden.get("logits").leaf();
            PairSignals signals = GoldenLosses.pairs(GoldenLosses.Batch.of(golden, "", true), logits,
                    Optional.empty());
            Loss loss = objective.compute(signals);
            GoldenLosses.assertLoss(loss, expected);
            GoldenLosses.assertMetrics(objective.metrics(signals), expected);
            loss.value().backward();
            GoldenLosses.assertGradient(logits, golden.get(name + ".grad_logits"));
        }
    }
}
