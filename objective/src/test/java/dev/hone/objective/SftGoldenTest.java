package dev.hone.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hone.tensor.DType;
import dev.hone.tensor.Fixture;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import dev.hone.testkit.Golden;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Loss and gradient by the logits, for every case of the golden file that is given logits. */
@Tag("golden")
class SftGoldenTest {
    static Stream<String> cases() {
        return Golden.json(Golden.path("losses", "sft.json")).get("cases").propertyNames().stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void equalsTheReference(String name) {
        JsonNode expected = Golden.json(Golden.path("losses", "sft.json")).get("cases").get(name);
        String type = expected.get("options").get("loss_type").asString().replace("chunked_", "");
        Sft sft = new Sft(Sft.LossType.valueOf(type.toUpperCase(Locale.ROOT)), 0);
        String batch = name.substring(0, name.lastIndexOf('.'));
        try (Fixture golden = Fixture.open(Golden.path("losses", "sft.safetensors")); Scope scope = Scope.open()) {
            Labels labels = Labels.of(golden, batch);
            JsonNode given = expected.get("options").path("num_items_in_batch");
            double tokens = given.isNumber() ? given.asDouble() : labels.targets().length;
            Tensor logits = golden.get(batch + ".logits");
            Tensor leaf = logits.view(-1, logits.size(2)).leaf();
            Tensor rows = leaf.indexSelect(0, Tensors.indices(labels.rows())).logSoftmax(-1);
            Tensor logProbs = rows.gather(1, Tensors.indices(labels.targets()).unsqueeze(1)).squeeze(1);
            Tensor ones = Tensors.full(1, DType.FLOAT32, labels.targets().length);
            Loss loss = sft.compute(new TokenSignals(logProbs, rows.mean(-1, false), ones, tokens));
            double value = expected.get("loss").asDouble();
            assertThat(loss.value().item()).isCloseTo(value, within(1e-6 + 1e-5 * Math.abs(value)));
            if (golden.has(name + ".grad_logits")) {
                loss.value().backward();
                Tensor gradient = golden.get(name + ".grad_logits").view(-1, logits.size(2));
                double excess = leaf.grad().sub(gradient).abs().sub(gradient.abs().mul(1e-4)).max().item();
                assertThat(excess).isLessThan(1e-6);
            }
        }
    }

    /** The rows that predict a label, and the labels: position p predicts the label at p + 1. */
    record Labels(int[] rows, int[] targets) {
        static Labels of(Fixture golden, String batch) {
            int[] labels = golden.ints(batch + ".labels");
            int width;
            try (Scope scope = Scope.open()) {
                width = (int) golden.get(batch + ".labels").size(1);
            }
            int[] at = java.util.stream.IntStream.range(0, labels.length).filter(i -> i % width > 0 && labels[i] >= 0)
                    .toArray();
            return new Labels(Arrays.stream(at).map(i -> i - 1).toArray(),
                    Arrays.stream(at).map(i -> labels[i]).toArray());
        }
    }
}
