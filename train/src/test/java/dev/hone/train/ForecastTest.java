package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hone.config.ConfigReader;
import dev.hone.model.ActionValues;
import dev.hone.model.Census;
import dev.hone.model.Decoder;
import dev.hone.model.HubConfig;
import dev.hone.model.Model;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is forecast from a configuration is what a model of it then takes. */
class ForecastTest {
    private static final Census CENSUS = Census.of(HubConfig.read(LessonRuns.POLICY));

    private static Map<String, Double> parts(String objective, Object... settings) {
        Map<String, Object> values = new HashMap<>(Map.of("model", LessonRuns.POLICY.toString(), "objective", objective,
                "dtype", "fp32"));
        for (int i = 0; i < settings.length; i += 2) {
            values.put((String) settings[i], settings[i + 1]);
        }
        Map<String, Double> parts = new HashMap<>();
        Forecast.of(ConfigReader.record(ForecastSettings.class, values), CENSUS, Optional.empty()).parts()
                .forEach(part -> parts.put(part.name(), part.bytes()));
        return parts;
    }

    private static long numbers(Model model, boolean trainable) {
        return model.parameters().stream().filter(parameter -> parameter.trainable() || !trainable)
                .mapToLong(parameter -> parameter.value().count()).sum();
    }

    /** The reference counts what it owns, the policy what it trains. */
    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1, 2})
    void aReferenceOfSharedLowerLayersCostsWhatTrains(int layers) {
        Map<String, Double> parts = parts("grpo", "num_layers_unfrozen", layers);
        try (Decoder policy = Decoder.load(LessonRuns.POLICY, DType.FLOAT32, Device.CPU)) {
            ParameterPlan.of(policy,
                    ConfigReader.record(LearningSettings.class, Map.of("num_layers_unfrozen", layers)));
            assertThat(parts.get("policy: weights")).isEqualTo(4.0 * numbers(policy, false));
            assertThat(parts.get("policy: gradients")).isEqualTo(4.0 * numbers(policy, true));
            assertThat(parts.get("policy: optimizer")).isEqualTo(8.0 * numbers(policy, true));
            assertThat(parts.get("reference: weights")).isEqualTo(4.0 * numbers(policy, true));
        }
    }

    @Test
    void headsForQAndVAreCounted() {
        Map<String, Double> parts = parts("ilql");
        assertThat(parts).doesNotContainKey("reference: weights");
        try (Decoder policy = Decoder.load(LessonRuns.POLICY, DType.BFLOAT16, Device.CPU);
                ActionValues heads = ActionValues.fresh(policy, 2, 1)) {
            double all = heads.parameters().map(Parameter::value).mapToLong(value -> value.count()).sum();
            double trained = all - heads.followers().stream().mapToLong(each -> each.value().count()).sum();
            assertThat(parts.get("heads for Q and V: weights and slow copies")).isCloseTo(4 * all, within(0.5));
            assertThat(parts.get("heads for Q and V: gradients and optimizer")).isCloseTo(12 * trained, within(0.5));
        }
    }

    @Test
    void frozenLayersKeepNothing() {
        String activations = parts("sft").keySet().stream().filter(name -> name.startsWith("activations")).findFirst()
                .orElseThrow();
        assertThat(parts("sft", "num_layers_unfrozen", 1).get(activations)).isLessThan(parts("sft").get(activations));
    }
}
