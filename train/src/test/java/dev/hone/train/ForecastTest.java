package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hone.config.ConfigReader;
import dev.hone.model.Census;
import dev.hone.model.Decoder;
import dev.hone.model.HubConfig;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.testkit.Golden;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a forecast is made of; how near it comes is measured by {@code ForecastStudy} in bench. */
class ForecastTest {
    private static final Path MODEL = Golden.path("runs", "init");

    private static Census census() { return Census.of(HubConfig.read(MODEL)); }

    private static ForecastRows rows(String objective, String... settings) {
        return ForecastRows.of(settings(objective, settings),
                dev.hone.objective.Objectives.find(objective).orElseThrow());
    }

    private static ForecastSettings settings(String objective, String... settings) {
        List<String> words = new ArrayList<>(List.of("--model", MODEL.toString(), "--objective", objective));
        words.addAll(List.of(settings));
        return ConfigReader.of(List.of(ForecastSettings.class)).parse(words).get(ForecastSettings.class);
    }

    private static Forecast forecast(String objective, String... settings) {
        return Forecast.of(settings(objective, settings), census(), Optional.empty());
    }

    private static double part(Forecast forecast, String name) {
        return forecast.parts().stream().filter(part -> part.name().startsWith(name))
                .mapToDouble(Forecast.Part::bytes).sum();
    }

    @Test
    void aRunPlansItsStepsByTheSameNumbers() {
        Forecast forecast = forecast("sft", "--dtype", "fp32", "--rows", "8", "--max_length", "64",
                "--max_completion_length", "1", "--microbatch_tokens", "256", "--checkpoints", "false");
        TrainingSettings training = ConfigReader.of(List.of(TrainingSettings.class))
                .parse(List.of("--gradient_checkpointing", "off")).get(TrainingSettings.class);
        try (Decoder policy = Decoder.load(MODEL, DType.FLOAT32, Device.CPU)) {
            MemoryPlan plan = MemoryPlan.of(policy, training, new MemoryPlan.Cut(64, 64, 512, 256),
                    policy.parameterCount() * 8, 0);
            assertThat(census().parameters()).isEqualTo(policy.parameterCount());
            assertThat(forecast.total() - StepMemory.PROCESS).isCloseTo(plan.totalBytes(), within(1.0));
        }
    }

    @Test
    void eachMethodHasItsModels() {
        assertThat(roles("ppo")).containsExactly("policy", "critic", "reference");
        assertThat(roles("ppo", "--critic", "shared")).containsExactly("policy", "reference");
        assertThat(roles("grpo")).containsExactly("policy");
        assertThat(roles("grpo", "--reference", "true")).containsExactly("policy", "reference");
        assertThat(roles("rloo", "--train_mode", "lora")).containsExactly("policy");
        assertThat(roles("dpo")).containsExactly("policy");
    }

    private static List<String> roles(String objective, String... settings) {
        return new ForecastMemory(settings(objective, settings), rows(objective, settings), census(),
                Optional.empty()).roles().stream().map(ForecastMemory.Role::name).toList();
    }

    @Test
    void aPromptCountsOnceWhereItIsShared() {
        String[] lengths = {"--max_length", "100", "--max_completion_length", "30"};
        assertThat(rows("dpo", lengths).row()).isEqualTo(70 + 2 * 30);
        assertThat(rows("reward", lengths).row()).isEqualTo(70 + 2 * 30);
        assertThat(rows("grpo", lengths).row()).isEqualTo(70 + 8 * 30);
        assertThat(rows("sft", lengths).row()).isEqualTo(100);
        assertThat(rows("dpo", "--max_length", "100", "--max_completion_length", "30", "--train_mode", "lora").row())
                .isEqualTo(2 * 100); // its dropout draws for each answer
    }

    @Test
    void whatAModeKeepsIsWhatItNeeds() {
        Forecast full = forecast("sft", "--checkpoints", "false");
        Forecast lora = forecast("sft", "--checkpoints", "false", "--train_mode", "lora");
        Forecast qlora = forecast("sft", "--checkpoints", "false", "--train_mode", "qlora");
        Forecast saving = forecast("sft");
        assertThat(part(full, "policy: optimizer")).isEqualTo(census().parameters() * 12.0);
        assertThat(part(lora, "policy: optimizer")).isEqualTo(census().adapter(16) * 12.0);
        assertThat(part(lora, "policy: weights")).isEqualTo(census().parameters() * 2.0);
        assertThat(part(qlora, "policy: weights")).isLessThan(part(lora, "policy: weights"));
        assertThat(part(saving, "checkpoint")).isEqualTo(census().parameters() * 14.0);
        assertThat(part(full, "checkpoint")).isZero();
    }

    @Test
    void layersThatAreComputedTwiceTakeLess() {
        double kept = forecast("sft", "--checkpoints", "false", "--rows", "64").total();
        double again = forecast("sft", "--checkpoints", "false", "--rows", "64", "--gradient_checkpointing", "true")
                .total();
        assertThat(again).isLessThan(kept);
    }
}
