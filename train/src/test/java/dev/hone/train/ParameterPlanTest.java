package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.config.ConfigException;
import dev.hone.config.ConfigReader;
import dev.hone.model.Decoder;
import dev.hone.model.HeadOptions;
import dev.hone.model.RewardModel;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.testkit.Golden;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ParameterPlanTest {

    private static LearningSettings settings(String... words) {
        return ConfigReader.of(List.of(LearningSettings.class)).parse(List.of(words)).get(LearningSettings.class);
    }

    private static Decoder decoder(String name) {
        return Decoder.load(Golden.path("models", name), DType.FLOAT32, Device.CPU);
    }

    private static Set<String> training(List<Parameter> parameters) {
        return parameters.stream().filter(Parameter::trainable).map(Parameter::name).collect(Collectors.toSet());
    }

    @Test
    void freezesBelowTheTopLayers() {
        try (Decoder untied = decoder("llama"); Decoder tied = decoder("qwen2_tied")) {
            int layers = untied.layers().size();
            ParameterPlan plan = ParameterPlan.of(untied, settings("--num_layers_unfrozen", "1"));
            assertThat(plan.frozenLayers()).isEqualTo(layers - 1);
            assertThat(training(untied.parameters())).contains("lm_head.weight", "model.norm.weight")
                    .containsAll(training(untied.layers().getLast())).doesNotContain("model.embed_tokens.weight");
            assertThat(training(untied.layers().getFirst())).isEmpty();
            assertThat(training(untied.layers().getLast())).isNotEmpty();
            ParameterPlan.of(tied, settings("--num_layers_unfrozen", "0"));
            assertThat(training(tied.parameters())).containsExactly("model.norm.weight");
        }
    }

    @Test
    void everythingTrainsUnlessSaid() {
        try (Decoder model = decoder("llama")) {
            assertThat(ParameterPlan.of(model, settings()).frozenLayers()).isZero();
            assertThat(model.parameters()).allMatch(Parameter::trainable);
        }
    }

    @Test
    void lowerLayersStepLessAndHeadsHaveTheirOwnRate() {
        try (Decoder model = decoder("llama");
                RewardModel reward = RewardModel.start(Golden.path("models", "llama"), HeadOptions.reward(1),
                        DType.FLOAT32, Device.CPU)) {
            ParameterPlan plan = ParameterPlan.of(model, settings("--layerwise_lr_decay", "0.5"));
            int layers = model.layers().size();
            assertThat(plan.rate(model.head().weight())).isEqualTo(1);
            assertThat(plan.rate(model.layers().getLast().getFirst())).isEqualTo(0.5);
            assertThat(plan.rate(model.layers().getFirst().getFirst())).isEqualTo(Math.pow(0.5, layers));
            assertThat(plan.rate(model.parameters().getFirst())).isEqualTo(Math.pow(0.5, layers + 1));
            ParameterPlan heads = ParameterPlan.of(reward,
                    settings("--learning_rate", "1e-5", "--head_learning_rate", "1e-3"));
            assertThat(heads.rate(reward.head().weight())).isCloseTo(100, within(1e-9));
            assertThat(heads.rate(reward.backbone().parameters().getLast())).isEqualTo(1);
        }
    }

    @Test
    void drawsAreFunctionsOfSeedAndPeriod() {
        try (Decoder model = decoder("llama_sharded")) {
            ParameterPlan plan = ParameterPlan.of(model,
                    settings("--lisa_activated_layers", "1", "--lisa_interval_steps", "3"));
            LayerDraws draws = plan.draws(7).orElseThrow();
            LayerDraws again = plan.draws(7).orElseThrow();
            assertThat(plan.frozenLayers()).isZero();
            Set<Set<Integer>> seen = LongStream.range(0, 90).mapToObj(step -> {
                assertThat(draws.drawn(step)).hasSize(1).isEqualTo(again.drawn(step / 3 * 3));
                return draws.drawn(step);
            }).collect(Collectors.toSet());
            assertThat(seen).hasSize(model.layers().size()); // each layer comes up
            draws.select(4);
            for (int layer = 0; layer < model.layers().size(); layer++) {
                boolean drawn = draws.drawn(4).contains(layer);
                assertThat(model.layers().get(layer)).allMatch(parameter -> parameter.trainable() == drawn);
            }
            assertThat(training(model.parameters())).contains("model.embed_tokens.weight", "model.norm.weight");
        }
    }

    @Test
    void mistakesAreToldTogether() {
        try (Decoder model = decoder("llama")) {
            assertThatThrownBy(() -> ParameterPlan.of(model, settings("--num_layers_unfrozen", "99")))
                    .isInstanceOf(ConfigException.class).hasMessageContaining("num_layers_unfrozen")
                    .hasMessageContaining("at most " + model.layers().size());
        }
        assertThatThrownBy(() -> settings("--num_layers_unfrozen", "1", "--lisa_activated_layers", "1",
                "--head_learning_rate", "1e-3", "--learning_rate", "0")).isInstanceOf(ConfigException.class)
                .hasMessageContaining("lisa_activated_layers").hasMessageContaining("learning_rate");
        assertThatThrownBy(() -> ConfigReader.of(List.of(TrainingSettings.class)).parse(List.of(
                "--optim_fused_backward", "true", "--gradient_accumulation_steps", "2", "--microbatch_tokens", "64")))
                .isInstanceOf(ConfigException.class).hasMessageContaining("gradient_accumulation_steps")
                .hasMessageContaining("microbatch_tokens").hasMessageContaining("max_grad_norm");
    }
}
