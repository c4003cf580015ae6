package dev.hone.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.testkit.Golden;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is counted from a configuration is what a model of it has. */
class CensusTest {
    private static Census census(String name) { return Census.of(HubConfig.read(Golden.path("models", name))); }

    private static long numbers(Model model) {
        return model.parameters().stream().map(Parameter::value).mapToLong(value -> value.count()).sum();
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2_tied", "gpt2"})
    void ofALanguageModel(String name) {
        Census census = census(name);
        try (Decoder model = Decoder.load(Golden.path("models", name), DType.FLOAT32, Device.CPU)) {
            assertThat(census.parameters()).isEqualTo(numbers(model));
            assertThat(census.head()).isEqualTo(
                    model.spec().embedding().tiedHead() ? 0 : (long) model.vocabulary() * model.width());
            assertThat(census.top(census.load().layers())).isEqualTo(numbers(model) - census.tables());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama_seqcls", "qwen2_seqcls"})
    void ofOneThatScores(String name) {
        Census census = census(name).scoring();
        try (RewardModel model = RewardModel.load(Golden.path("models", name), DType.FLOAT32, Device.CPU)) {
            long more = (model.labels() - 1L) * model.backbone().width();
            long biased = 1; // counted of every head
            assertThat(census.parameters() + more - numbers(model)).isBetween(0L, biased);
            assertThat(census.top(census.load().layers())).isEqualTo(census.parameters() - census.tables());
        }
    }
}
