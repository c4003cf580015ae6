package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.config.ConfigException;
import dev.hone.model.AdapterFolder;
import dev.hone.model.Decoder;
import dev.hone.model.HeadOptions;
import dev.hone.model.HubConfig;
import dev.hone.model.ModelException;
import dev.hone.model.ModelFolder;
import dev.hone.model.RewardModel;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.SafetensorsFile;
import java.io.PrintStream;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs in which tokens before every sequence are learned: they learn, go on bit for bit, and what they leave opens. */
class VirtualRunTest {
    private static final String PROMPT = "--train_mode prompt_tuning --num_virtual_tokens 4 --prompt_tuning_init sample_vocab ";
    private static final String PREFIX = "--train_mode prefix_tuning --num_virtual_tokens 3 ";
    private static final String PROJECTED = PREFIX + "--prefix_projection true --encoder_hidden_size 8 ";

    @TempDir
    Path folder;

    private LessonRuns runs;

    @BeforeEach
    void runs() { runs = LessonRuns.in(folder); }

    static Stream<String> demonstrations() {
        return Stream.of(PROMPT + "--packing true --max_length 64", PREFIX + "--gradient_checkpointing on",
                PROJECTED + "--dtype bf16", PROMPT + "--dtype bf16 --neftune_noise_alpha 5 --optim adamw_8bit",
                PREFIX + "--optim_fused_backward true --max_grad_norm 0 --gradient_accumulation_steps 1",
                PROMPT.replace("sample_vocab", "text --prompt_tuning_init_text sums")
                        + "--optim schedule_free_adamw --lr_scheduler_type constant");
    }

    @ParameterizedTest
    @MethodSource("demonstrations")
    void demonstrationsTeachThem(String line) {
        SftJobTest.job(folder.resolve("out"), sums(), new PrintStream(runs.told(), true), () -> false,
                words(line + " --max_steps 30 --num_train_epochs 8 --learning_rate 0.3 --logging_steps 1")).run();
        double[] losses = runs.history("out").curve("loss").ys();
        assertThat(Arrays.stream(losses).skip(losses.length - 3).average().orElseThrow())
                .isLessThan(0.992 * Arrays.stream(losses).limit(3).average().orElseThrow());
        try (Decoder opened = Decoder.load(folder.resolve("out/model"), DType.FLOAT32, Device.CPU)) {
            assertThat(opened.virtualTokens()).isPositive();
        }
        assertThat(tensors(folder.resolve("out/model"))).containsOnlyKeys("prompt_embeddings");
    }

    @ParameterizedTest
    @ValueSource(strings = {"dpo", "reward"})
    void preferencesTeachThem(String command) {
        for (String mode : List.of(PROMPT, PREFIX)) {
            Path out = run(command, "out", LessonRuns.POLICY, mode + "--max_steps 12 --num_train_epochs 4"
                    + " --learning_rate 3e-2 --overwrite true").model();
            double[] losses = runs.history("out").curve("loss").ys();
            assertThat(losses).hasSize(12);
            assertThat(Arrays.stream(losses, 9, 12).average().orElseThrow())
                    .isLessThan(Arrays.stream(losses, 0, 3).average().orElseThrow());
            assertThat(AdapterFolder.baseFolder(out)).isEqualTo(LessonRuns.POLICY.toAbsolutePath().normalize());
            if (command.equals("reward")) {
                try (RewardModel model = RewardModel.load(out, DType.FLOAT32, Device.CPU)) {
                    assertThat(model.fresh()).isEmpty();
                    assertThat(model.adapter().orElseThrow().virtualTokens()).isPositive();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"grpo --beta 0.1 " + PREFIX, "ppo --kl_coef 0.1 " + PROMPT})
    void rewardsTeachThemWithTheBaseAsReference(String line) {
        Path prompts = runs.write("prompts", IntStream.range(0, 8)
                .mapToObj(i -> "{\"prompt\": \"What is %d plus %d?\"}".formatted(i % 4, i / 4)).toList());
        String command = line.split(" ")[0];
        RunSummary summary = runs.run(command, "out", LessonRuns.POLICY, prompts, words(line + " --max_steps 3"
                + " --learning_rate 1e-2 --max_completion_length 6 --max_length 64 --num_generations 2"
                + " --reward length(target=3)"));
        assertThat(Arrays.stream(runs.history("out").curve("loss").ys()).allMatch(Double::isFinite)).isTrue();
        double[] kl = runs.history("out").curve("objective/kl").ys();
        assertThat(Math.abs(kl[0])).as("fresh tokens change what the policy says").isGreaterThan(1e-3);
        assertThat(runs.history("out").curve(SamplerGuard.DIFFERENCE).ys()[0])
                .as("the sampler reads them as the trainer does").isCloseTo(0, within(1e-4));
        try (Decoder opened = Decoder.load(summary.model(), DType.FLOAT32, Device.CPU)) {
            assertThat(opened.virtualTokens()).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dpo " + PROMPT, "dpo " + PREFIX + "--dtype bf16", "dpo " + PROJECTED, "reward " + PROMPT})
    void aRunThatIsStoppedAndResumedEqualsAnUnbrokenOneBitForBit(String line) {
        String command = line.split(" ")[0];
        Path data = runs.data(command);
        String settings = line + " --max_steps 6 --learning_rate 3e-3";
        run(command, "whole", LessonRuns.POLICY, settings);
        AtomicInteger steps = new AtomicInteger();
        RunSummary broken = runs.run(command, () -> steps.incrementAndGet() == 3,
                runs.words("broken", LessonRuns.POLICY, data, words(settings)));
        assertThat(broken.steps()).isEqualTo(3);
        Path checkpoint = folder.resolve("broken/checkpoint-3");
        assertThat(checkpoint.resolve("model.safetensors")).doesNotExist();
        if (!command.equals("reward")) {
            try (Decoder opened = Decoder.load(checkpoint, DType.FLOAT32, Device.CPU)) {
                assertThat(opened.virtualTokens()).isPositive();
            }
        }
        run(command, "broken", LessonRuns.POLICY, settings + " --resume true");
        assertThat(tensors(folder.resolve("broken/model"))).isEqualTo(tensors(folder.resolve("whole/model")));
        assertThat(runs.history("broken").curve("loss").ys()).isEqualTo(runs.history("whole").curve("loss").ys());
    }

    @Test
    void theReferenceIsTheBaseWithoutThem() {
        for (String mode : List.of(PROMPT, PREFIX)) {
            String settings = mode + "--max_steps 3 --learning_rate 1e-2 --overwrite true ";
            run("dpo", "off", LessonRuns.POLICY, settings);
            run("dpo", "named", LessonRuns.POLICY, settings + "--ref_model " + LessonRuns.POLICY);
            assertThat(tensors(folder.resolve("off/model"))).isEqualTo(tensors(folder.resolve("named/model")));
        }
    }

    @Test
    void savedOnesGoOnAndTheirReferenceIsWhereTheyBegan() {
        for (String mode : List.of(PROMPT, PROJECTED)) {
            Path first = run("dpo", "first", LessonRuns.POLICY,
                    mode + "--max_steps 3 --learning_rate 1e-2 --overwrite true").model();
            String kind = String.join(" ", Arrays.copyOf(mode.split(" "), 2));
            run("dpo", "second", first, kind + " --max_steps 3 --learning_rate 1e-2 --overwrite true");
            assertThat(runs.history("second").curve("loss").ys()[0]).isCloseTo(Math.log(2), within(1e-6));
            assertThat(tensors(folder.resolve("second/model"))).isNotEqualTo(tensors(first));
        }
    }

    @Test
    void anotherKindOfAdapterIsNoneToGoOnWith() {
        Path first = run("dpo", "first", LessonRuns.POLICY, PROMPT + "--max_steps 1").model();
        for (String mode : List.of("lora", "prefix_tuning")) {
            assertThatThrownBy(() -> run("dpo", "second", first, "--train_mode " + mode + " --max_steps 1"))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContainingAll("train_mode is " + mode, "expected prompt_tuning");
        }
        assertThatThrownBy(() -> run("dpo", "second", first, "--max_steps 1")).isInstanceOf(ConfigException.class)
                .hasMessageContaining("train_mode");
    }

    @Test
    void anEncoderIsRefusedBeforeTheFirstStep() {
        String config = """
                {"model_type": "bert", "vocab_size": 600, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 1,
                 "num_attention_heads": 2, "max_position_embeddings": 64, "type_vocab_size": 2}""";
        Path weights = folder.resolve("encoder");
        try (RewardModel model = RewardModel.random(HubConfig.parse(config), HeadOptions.reward(5), DType.FLOAT32,
                Device.CPU)) {
            ModelFolder.save(model, weights, ModelFolder.Format.of(DType.FLOAT32));
        }
        Path bert = runs.withTokenizer(weights);
        assertThatThrownBy(() -> run("reward", "out", bert, PROMPT + "--max_steps 1"))
                .isInstanceOf(ModelException.class).hasMessageContainingAll("encoder", "PROMPT_TUNING");
    }

    @Test
    void whatMeansNothingIsRefusedAllAtOnce() {
        assertThatThrownBy(() -> run("dpo", "out", LessonRuns.POLICY, "--train_mode lora --num_virtual_tokens 3"
                + " --prefix_projection true --prompt_tuning_init text")).isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("num_virtual_tokens", "prefix_projection", "prompt_tuning_init");
        assertThatThrownBy(() -> run("dpo", "out", LessonRuns.POLICY, "--train_mode prompt_tuning --lora_r 3"
                + " --prefix_projection true --prompt_tuning_init text --quantisation int8 --merge_adapter true"
                + " --num_layers_unfrozen 1")).isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("lora_r", "prefix_projection", "prompt_tuning_init_text", "quantisation",
                        "merge_adapter", "num_layers_unfrozen");
        assertThatThrownBy(() -> run("dpo", "out", LessonRuns.POLICY, "--train_mode prefix_tuning"
                + " --prompt_tuning_init text --prompt_tuning_init_text x --encoder_hidden_size 4"))
                .isInstanceOf(ConfigException.class).hasMessageContainingAll("prompt_tuning_init",
                        "prompt_tuning_init_text", "encoder_hidden_size");
        assertThatThrownBy(() -> run("dpo", "out", LessonRuns.POLICY,
                "--train_mode prompt_tuning --num_virtual_tokens 0")).isInstanceOf(ConfigException.class)
                .hasMessageContaining("num_virtual_tokens");
    }

    private RunSummary run(String command, String out, Path model, String settings) {
        return runs.run(command, out, model, runs.data(command), words(settings));
    }

    private static String[] words(String line) {
        String[] words = line.strip().split("\\s+");
        return words[0].startsWith("--") ? words : Arrays.copyOfRange(words, 1, words.length);
    }

    private Path sums() {
        return runs.write("sums", IntStream.range(0, 24).mapToObj(
                i -> "{\"prompt\": \"What is %d plus %d? \", \"completion\": \"It is %d.\"}".formatted(i % 5, i / 5,
                        i % 5 + i / 5))
                .toList());
    }

    private static Map<String, List<Float>> tensors(Path model) {
        Map<String, List<Float>> tensors = new TreeMap<>();
        try (SafetensorsFile file = SafetensorsFile.open(model.resolve(AdapterFolder.WEIGHTS))) {
            for (String name : file.names()) {
                float[] values = file.data(name).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
                tensors.put(name, IntStream.range(0, values.length).mapToObj(i -> values[i]).toList());
            }
        }
        return tensors;
    }
}
