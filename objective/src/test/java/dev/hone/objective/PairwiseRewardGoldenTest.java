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

/** Loss, gradient by the scores and metrics of every case. */
@Tag("golden")
class PairwiseRewardGoldenTest {
    static Stream<String> cases() { return GoldenLosses.cases("reward"); }

    @ParameterizedTest
    @MethodSource("cases")
    void equalsTheReference(String name) {
        JsonNode expected = GoldenLosses.json("reward").get(name);
        PairwiseReward objective = (PairwiseReward) Objectives.find("reward").orElseThrow()
                .make(GoldenLosses.settings(expected, "margin"));
        try (Fixture golden = GoldenLosses.open("reward"); Scope scope = Scope.open()) {
            Tensor scores = golden.get("scores").leaf();
            int half = (int) scores.size(0) / 2;
            Tensor flat = scores.view(-1);
            boolean margins = expected.get("options").get("margin").asBoolean();
            ScorePairSignals signals = new ScorePairSignals(flat.narrow(0, 0, half), flat.narrow(0, half, half),
                    margins ? Optional.of(golden.get("margin")) : Optional.empty(), StepTotals.ofRows(half));
            Loss loss = objective.compute(signals);
            GoldenLosses.assertLoss(loss, expected);
            GoldenLosses.assertMetrics(objective.metrics(signals), expected);
            loss.value().backward();
            GoldenLosses.assertGradient(scores, golden.get(name + ".grad_scores"));
        }
    }
}
