package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointStateTest {
    private static final Path FILE = Path.of("state.json");

    @Test
    void whatIsReadEqualsWhatWasWritten() {
        CheckpointState state = new CheckpointState(12, 1L << 40, 0.1 + 0.2, OptionalDouble.of(1.0 / 3),
                OptionalDouble.of(Double.MIN_VALUE), Map.of("seed", Long.MIN_VALUE, "small", 3, "rate", 1e-5f, "nested",
                        Map.of("list", List.of(1, 2.5, "é\n", true)), "digest", "ab12"));
        assertThat(CheckpointState.parse(state.json(), FILE)).isEqualTo(state);
        assertThat(state.value("small", Long.class)).isEqualTo(3L);
        assertThat(state.value("seed", Long.class)).isEqualTo(Long.MIN_VALUE);
    }

    @Test
    void withoutEvaluationNothingIsTheBest() {
        CheckpointState state = CheckpointState.parse(CheckpointSamples.state(3).json(), FILE);
        assertThat(state).isEqualTo(CheckpointSamples.state(3));
        assertThat(state.metric()).isEmpty();
        assertThat(state.isBest()).isFalse();
        assertThat(CheckpointSamples.evaluated(3, 2.0, 2.0).isBest()).isTrue();
        assertThat(CheckpointSamples.evaluated(3, 2.0, 1.0).isBest()).isFalse();
        assertThat(CheckpointSamples.evaluated(3, Double.NaN, Double.NaN).isBest()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void metricsThatJsonLacksAreKept(double metric) {
        CheckpointState state = CheckpointSamples.evaluated(3, metric, metric);
        assertThat(CheckpointState.parse(state.json(), FILE)).isEqualTo(state);
        CheckpointState value = new CheckpointState(1, 1, 0, Map.of("x", metric));
        assertThat(value.values()).containsEntry("x", Double.toString(metric));
        assertThat(CheckpointState.parse(value.json(), FILE)).isEqualTo(value);
    }

    @Test
    void itIsACopyThatNobodyChanges() {
        List<Integer> list = new ArrayList<>(List.of(1));
        CheckpointState state = new CheckpointState(1, 1, 0, Map.of("list", list));
        list.add(2);
        assertThat(state.values()).isEqualTo(Map.of("list", List.of(1L)));
    }

    @Test
    void aMissingOrOtherValueIsToldWithWhatWasExpected() {
        assertThatThrownBy(() -> CheckpointSamples.state(3).value("cursor", Long.class))
                .isInstanceOf(CheckpointException.class).hasMessageContaining("'cursor'").hasMessageContaining("Long")
                .hasMessageContaining("step 3");
        assertThatThrownBy(() -> CheckpointSamples.state(3).value("seed", String.class))
                .isInstanceOf(CheckpointException.class).hasMessageContaining("seed = 7");
    }

    @Test
    void whatCannotBeWrittenIsRefusedAtOnce() {
        assertThatThrownBy(() -> new CheckpointState(-1, 0, 0, Map.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new CheckpointState(1, 0, Double.NaN, Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
        List<Object> endless = new ArrayList<>();
        endless.add(endless);
        assertThatThrownBy(() -> new CheckpointState(1, 0, 0, Map.of("x", endless)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("JSON");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{", "null", "{\"step\": 1}",
            "{\"step\": 1.5, \"tokens\": 0, \"epoch\": 0, \"values\": {}}",
            "{\"step\": -1, \"tokens\": 0, \"epoch\": 0, \"values\": {}}",
            "{\"step\": 99999999999999999999, \"tokens\": 0, \"epoch\": 0, \"values\": {}}",
            "{\"step\": 1, \"tokens\": 0, \"epoch\": \"x\", \"values\": {}}",
            "{\"step\": 1, \"tokens\": 0, \"epoch\": \"NaN\", \"values\": {}}",
            "{\"step\": 1, \"tokens\": 0, \"epoch\": 0, \"metric\": null, \"values\": {}}",
            "{\"step\": 1, \"tokens\": 0, \"epoch\": 0, \"values\": []}"})
    void aFileThatIsNoStateIsToldWithItsName(String json) {
        assertThatThrownBy(() -> CheckpointState.parse(json.getBytes(StandardCharsets.UTF_8), FILE))
                .isInstanceOf(CheckpointException.class).hasMessageContaining("state.json")
                .hasMessageContaining("expected");
    }
}
