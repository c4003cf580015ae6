package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hone.config.ConfigReader;
import dev.hone.model.ActionValues;
import dev.hone.model.Adapter;
import dev.hone.model.Census;
import dev.hone.model.Decoder;
import dev.hone.model.HubConfig;
import dev.hone.model.Model;
import dev.hone.model.PrefixSpec;
import dev.hone.model.PromptSpec;
import dev.hone.model.ValuedPolicy;
import dev.hone.model.VirtualSpec;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.testkit.Golden;
import dev.hone.train.Forecast.Part;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    private static double part(Forecast forecast, String name) { return part(forecast.parts(), name); }

    private static double part(List<Part> parts, String name) {
        return parts.stream().filter(part -> part.name().startsWith(name)).mapToDouble(Part::bytes).sum();
    }

    /** A run's own plan of 8 rows of 64 tokens, 256 together, of what is kept in float32. */
    private static MemoryPlan plan(Model model, ParameterPlan chosen) {
        TrainingSettings training = ConfigReader.of(List.of(TrainingSettings.class))
                .parse(List.of("--gradient_checkpointing", "off")).get(TrainingSettings.class);
        return MemoryPlan.of(model, training, new MemoryPlan.Cut(64, 64, 512, 256), model.parameterCount() * 8,
                chosen.frozenLayers());
    }

    private static ParameterPlan chosen(Model model, int layers) {
        return ParameterPlan.of(model,
                ConfigReader.record(LearningSettings.class, Map.of("num_layers_unfrozen", layers)));
    }

    private static Forecast planned(String objective, String... settings) {
        List<String> words = new ArrayList<>(List.of("--dtype", "fp32", "--rows", "8", "--max_length", "64",
                "--max_completion_length", "1", "--microbatch_tokens", "256", "--checkpoints", "false"));
        words.addAll(List.of(settings));
        return forecast(objective, words.toArray(String[]::new));
    }

    private static void assertSame(Forecast forecast, MemoryPlan plan) {
        assertThat(forecast.total() - StepMemory.PROCESS).isCloseTo(plan.totalBytes(), within(1.0));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1, 2})
    void aRunPlansItsStepsByTheSameNumbers(int layers) {
        try (Decoder policy = Decoder.load(MODEL, DType.FLOAT32, Device.CPU)) {
            assertThat(census().parameters()).isEqualTo(policy.parameterCount());
            assertSame(planned("sft", "--num_layers_unfrozen", "" + layers), plan(policy, chosen(policy, layers)));
        }
    }

    @Test
    void soDoesOneOfVirtualTokens() {
        for (VirtualSpec spec : List.of(new PromptSpec(7, new PromptSpec.Random()),
                new PrefixSpec(7, OptionalInt.empty()))) {
            String mode = spec instanceof PromptSpec ? "prompt_tuning" : "prefix_tuning";
            try (Decoder policy = Decoder.load(MODEL, DType.FLOAT32, Device.CPU);
                    Adapter adapter = Adapter.fresh(policy, spec, "base", 1)) {
                Forecast forecast = planned("sft", "--train_mode", mode, "--num_virtual_tokens", "7");
                assertThat(part(forecast, "policy: optimizer")).isEqualTo(policy.parameterCount() * 8.0);
                assertThat(part(forecast, "policy: adapter")).isEqualTo(numbers(adapter.parameters()) * 4.0);
                assertSame(forecast, plan(policy, chosen(policy, -1)));
                assertThat(forecast.total())
                        .isGreaterThan(planned("sft", "--train_mode", mode, "--num_virtual_tokens", "1").total());
            }
        }
    }

    @Test
    void soDoesOneWithHeadsForQAndV() {
        Decoder policy = Decoder.load(MODEL, DType.FLOAT32, Device.CPU);
        try (ValuedPolicy both = new ValuedPolicy(policy, ActionValues.fresh(policy, 2, 1))) {
            assertSame(planned("ilql"), plan(both, chosen(both, -1)));
        }
    }

    @Test
    void headsForQAndVAreCounted() {
        ForecastMemory memory = memory("ilql", "--checkpoints", "false");
        assertThat(names("ilql")).containsExactly("policy");
        try (Decoder policy = Decoder.load(MODEL, DType.BFLOAT16, Device.CPU);
                ActionValues heads = ActionValues.fresh(policy, 2, 1)) {
            double all = numbers(heads.parameters().toList());
            double trained = all - numbers(heads.followers());
            List<Part> parts = moment(memory, "when backward ends");
            assertThat(part(parts, "heads for Q and V: weights and slow copies")).isCloseTo(4 * all, within(0.5));
            assertThat(part(parts, "heads for Q and V: optimizer")).isCloseTo(8 * trained, within(0.5));
            assertThat(part(parts, "heads for Q and V: gradients")).isCloseTo(4 * trained, within(0.5));
            double saved = part(moment(memory("ilql"), "when backward ends"), "checkpoint");
            assertThat(saved - census().parameters() * 14.0).isCloseTo(4 * all + 8 * trained, within(0.5));
        }
    }

    /** The reference counts what it owns, the policy what it trains. */
    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1, 2})
    void aReferenceOfSharedLowerLayersCostsWhatTrains(int layers) {
        List<Part> parts = moment(memory("grpo", "--dtype", "fp32", "--reference", "true", "--num_layers_unfrozen",
                "" + layers), "when backward ends");
        try (Decoder policy = Decoder.load(MODEL, DType.FLOAT32, Device.CPU)) {
            chosen(policy, layers);
            assertThat(part(parts, "policy: weights")).isEqualTo(4.0 * numbers(policy.parameters()));
            assertThat(part(parts, "policy: gradients")).isEqualTo(4.0 * policy.parameterCount());
            assertThat(part(parts, "policy: optimizer")).isEqualTo(8.0 * policy.parameterCount());
            assertThat(part(parts, "reference: weights")).isEqualTo(4.0 * policy.parameterCount());
            assertThat(part(parts, "checkpoint"))
                    .isEqualTo(4.0 * numbers(policy.parameters()) + 8.0 * policy.parameterCount());
        }
    }

    @Test
    void frozenLayersKeepNothing() {
        List<Part> all = moment(memory("sft"), "when forward ends");
        List<Part> one = moment(memory("sft", "--num_layers_unfrozen", "1"), "when forward ends");
        assertThat(part(one, "activations")).isEqualTo(part(all, "activations") / 2);
    }

    @Test
    void aMaskPolicyReadsAlong() {
        List<Part> masked = moment(memory("nlpo"), "while answers are written");
        List<Part> plain = moment(memory("ppo"), "while answers are written");
        assertThat(names("nlpo")).containsExactly("policy", "critic", "reference", "mask policy");
        assertThat(part(masked, "mask policy: weights")).isEqualTo(census().parameters() * 2.0);
        assertThat(part(masked, "key-value cache")).isEqualTo(2 * part(plain, "key-value cache"));
        assertThat(part(masked, "checkpoint") - part(plain, "checkpoint")).isEqualTo(census().parameters() * 2.0);
    }

    @Test
    void stepsOnTheCpuReadACopyOfTheMatrices() {
        double head = 512 * 32 * 2.0;
        assertThat(copied()).isEqualTo(census().projected() * 2.0 + head);
        assertThat(copied("--train_mode", "qlora")).isEqualTo(head);
        assertThat(copied("--dtype", "fp32")).isZero();
        assertThat(copied("--device", "h100")).isZero();
    }

    private static double copied(String... settings) {
        return part(moment(memory("grpo", settings), "while answers are written"), "copy of matrices");
    }

    private static long numbers(List<Parameter> parameters) {
        return parameters.stream().mapToLong(parameter -> parameter.value().count()).sum();
    }

    private static List<Part> moment(ForecastMemory memory, String name) {
        return memory.moments().stream().filter(moment -> moment.name().equals(name)).findFirst().orElseThrow()
                .parts();
    }

    private static ForecastMemory memory(String objective, String... settings) {
        return new ForecastMemory(settings(objective, settings), rows(objective, settings), census(),
                Optional.empty());
    }

    @Test
    void eachMethodHasItsModels() {
        assertThat(names("ppo")).containsExactly("policy", "critic", "reference");
        assertThat(names("ppo", "--critic", "shared")).containsExactly("policy", "reference");
        assertThat(names("grpo")).containsExactly("policy");
        assertThat(names("grpo", "--reference", "true")).containsExactly("policy", "reference");
        assertThat(names("rloo", "--train_mode", "lora")).containsExactly("policy");
        assertThat(names("dpo")).containsExactly("policy");
    }

    private static List<String> names(String objective, String... settings) {
        return memory(objective, settings).roles().stream().map(ForecastMemory.Role::name).toList();
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
    void aDeviceWithMemoryOfItsOwnHoldsNoHeapAndNoCopies() {
        Forecast here = forecast("sft");
        Forecast there = forecast("sft", "--device", "a100-40");
        assertThat(part(here, "checkpoint")).isPositive();
        assertThat(part(there, "checkpoint")).isZero();
        assertThat(part(here, "process: what the C library")).isPositive();
        assertThat(part(there, "process: what the C library")).isZero();
        assertThat(part(there, "policy: weights")).isEqualTo(part(here, "policy: weights"));
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
