package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.config.ConfigException;
import dev.hone.model.AdapterFolder;
import dev.hone.model.AdapterMerge;
import dev.hone.model.Decoder;
import dev.hone.model.ModelFolder;
import dev.hone.model.RewardModel;
import dev.hone.model.Rows;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.SafetensorsFile;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.text.Packed;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs in which an adapter trains: every combination works or is refused, they go on bit for bit, and what they leave opens. */
class AdapterRunTest {
    private static final String TARGETS = "--lora_r 4 --lora_alpha 8 ";

    @TempDir
    Path folder;

    private LessonRuns runs;

    @BeforeEach
    void runs() { runs = LessonRuns.in(folder); }

    /** Modes, methods and what commonly fails together with them. */
    static Stream<String> combinations() {
        List<String> lines = new ArrayList<>();
        for (String mode : List.of("lora", "qlora", "qlora --quantisation int8")) {
            for (String command : List.of("dpo", "kto", "orpo", "reward")) {
                for (String beside : List.of("--gradient_checkpointing on", "--neftune_noise_alpha 5", "--dtype bf16",
                        "--optim adamw_8bit --gradient_checkpointing feed_forward", "--optim muon --use_dora true",
                        "--optim_fused_backward true --max_grad_norm 0")) {
                    lines.add(command + " --train_mode " + mode + " " + beside);
                }
            }
        }
        return lines.stream();
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void aCombinationLearnsAndLeavesTheBaseAsItWas(String line) {
        String command = line.split(" ")[0];
        Path data = runs.data(command);
        RunSummary summary = run(command, "out", LessonRuns.POLICY, data, line + " " + TARGETS
                + "--max_steps 12 --num_train_epochs 4 --learning_rate 2e-2 --lora_dropout 0");
        double[] losses = runs.history("out").curve("loss").ys();
        assertThat(losses).hasSize(12);
        assertThat(java.util.Arrays.stream(losses).allMatch(Double::isFinite)).isTrue();
        assertThat(mean(losses, 9, 12)).isLessThan(mean(losses, 0, 3));
        assertThat(summary.model().resolve("model.safetensors")).doesNotExist();
        assertThat(AdapterFolder.baseFolder(summary.model())).isEqualTo(LessonRuns.POLICY.toAbsolutePath().normalize());
    }

    @ParameterizedTest
    @ValueSource(strings = {"lora --packing true --max_length 64", "qlora --packing true --max_length 64",
            "lora --dtype bf16",
            "qlora --dtype bf16 --optim adamw_8bit", "lora --init_lora_weights pissa",
            "lora --lora_layers_to_transform 1",
            "lora --optim schedule_free_adamw --lr_scheduler_type constant",
            "lora --lora_target_modules re:.*[qv]_proj",
            "lora --lora_modules_to_save lm_head,embed_tokens", "lora --lora_rank_pattern v_proj=2 --use_rslora true"})
    void demonstrationsTeachAnAdapter(String line) {
        Path data = sums();
        SftJobTest.job(folder.resolve("out"), data, new java.io.PrintStream(runs.told(), true), () -> false,
                words("--train_mode " + line + " --max_steps 20 --learning_rate 2e-2 --logging_steps 1")).run();
        double[] losses = runs.history("out").curve("loss").ys();
        assertThat(losses[losses.length - 1]).isFinite().isLessThan(0.95 * losses[0]);
        try (Decoder opened = Decoder.load(folder.resolve("out/model"), DType.FLOAT32, Device.CPU)) {
            assertThat(opened.adapter()).isPresent();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dpo --train_mode lora", "dpo --train_mode qlora", "dpo --train_mode lora --dtype bf16",
            "reward --train_mode lora", "reward --train_mode qlora --optim adamw_8bit",
            "kto --train_mode lora --init_lora_weights pissa", "orpo --train_mode lora --use_dora true"})
    void aRunThatIsStoppedAndResumedEqualsAnUnbrokenOneBitForBit(String line) {
        String command = line.split(" ")[0];
        Path data = runs.data(command);
        String settings = line + " " + TARGETS + "--max_steps 8 --learning_rate 3e-3";
        run(command, "whole", LessonRuns.POLICY, data, settings);
        AtomicInteger steps = new AtomicInteger();
        RunSummary broken = runs.run(command, () -> steps.incrementAndGet() == 5,
                runs.words("broken", LessonRuns.POLICY, data, words(settings)));
        assertThat(broken.steps()).isEqualTo(5);
        assertThat(folder.resolve("broken/checkpoint-5/adapter_model.safetensors")).exists();
        assertThat(folder.resolve("broken/checkpoint-5/model.safetensors")).doesNotExist();
        run(command, "broken", LessonRuns.POLICY, data, settings + " --resume true");
        assertThat(adapter(folder.resolve("broken/model"))).isEqualTo(adapter(folder.resolve("whole/model")));
        assertThat(runs.history("broken").curve("loss").ys()).isEqualTo(runs.history("whole").curve("loss").ys());
    }

    @Test
    void aBaseThatChangedIsRefused() throws IOException {
        Path base = runs.withTokenizer(LessonRuns.POLICY);
        Path data = runs.data("dpo");
        run("dpo", "out", base, data, "--train_mode lora --max_steps 2");
        Path file = base.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 2] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> run("dpo", "out", base, data, "--train_mode lora --max_steps 2 --resume true"))
                .isInstanceOf(CheckpointException.class).hasMessageContaining("weights of the base");
    }

    @Test
    void theReferenceIsTheBaseWithTheAdapterOff() {
        Path data = runs.data("dpo");
        run("dpo", "off", LessonRuns.POLICY, data, "--train_mode lora --max_steps 6 --learning_rate 1e-2 " + TARGETS);
        run("dpo", "named", LessonRuns.POLICY, data, "--train_mode lora --max_steps 6 --learning_rate 1e-2 " + TARGETS
                + "--ref_model " + LessonRuns.POLICY);
        assertThat(adapter(folder.resolve("off/model"))).isEqualTo(adapter(folder.resolve("named/model")));
    }

    @Test
    void anAdapterGoesOnAndItsReferenceIsWhereItBegan() {
        Path data = runs.data("dpo");
        Path first = run("dpo", "first", LessonRuns.POLICY, data,
                "--train_mode lora --max_steps 6 --learning_rate 1e-2 --lora_dropout 0 " + TARGETS).model();
        run("dpo", "second", first, data, "--train_mode lora --max_steps 3 --learning_rate 1e-2");
        run("dpo", "other", LessonRuns.POLICY, data,
                "--train_mode lora --max_steps 3 --learning_rate 1e-2 --adapter " + first
                        + " --ref_model " + first);
        assertThat(runs.history("second").curve("loss").ys()[0]).isCloseTo(Math.log(2),
                org.assertj.core.api.Assertions.within(1e-6));
        assertThat(adapter(folder.resolve("second/model"))).isEqualTo(adapter(folder.resolve("other/model")));
        assertThatThrownBy(() -> run("dpo", "full", first, data, "--max_steps 3")).isInstanceOf(ConfigException.class)
                .hasMessageContaining("train_mode").hasMessageContaining("hone merge");
    }

    @Test
    void aMergedModelGivesWhatBaseAndAdapterGive() {
        Path data = runs.data("orpo");
        Path adapter = run("orpo", "out", LessonRuns.POLICY, data,
                "--train_mode qlora --max_steps 6 --learning_rate 1e-2 " + TARGETS).model();
        AdapterMerge.merge(adapter, AdapterFolder.baseFolder(adapter), folder.resolve("merged"),
                ModelFolder.Format.of(DType.FLOAT32));
        Path direct = run("orpo", "direct", LessonRuns.POLICY, data,
                "--train_mode qlora --max_steps 6 --learning_rate 1e-2 --merge_adapter true " + TARGETS).model();
        assertThat(direct.resolve("adapter_config.json")).doesNotExist();
        assertThat(logits(folder.resolve("merged"))).usingComparatorWithPrecision(1e-4f)
                .containsExactly(logits(adapter));
        assertThat(logits(direct)).isEqualTo(logits(folder.resolve("merged")));
        assertThat(folder.resolve("merged/tokenizer.json")).exists();
    }

    @ParameterizedTest
    @ValueSource(strings = {"grpo --train_mode lora --beta 0.1", "ppo --train_mode qlora --kl_coef 0.1"})
    void rewardsTeachAnAdapter(String line) {
        Path prompts = runs.write("prompts", java.util.stream.IntStream.range(0, 8)
                .mapToObj(i -> "{\"prompt\": \"What is %d plus %d?\"}".formatted(i % 4, i / 4)).toList());
        String command = line.split(" ")[0];
        RunSummary summary = run(command, "out", LessonRuns.POLICY, prompts, line + " " + TARGETS + "--max_steps 3"
                + " --learning_rate 1e-2 --max_completion_length 6 --max_length 64 --num_generations 2"
                + " --reward length(target=3)");
        assertThat(java.util.Arrays.stream(runs.history("out").curve("loss").ys()).allMatch(Double::isFinite)).isTrue();
        double[] kl = runs.history("out").curve("objective/kl").ys();
        assertThat(kl[0]).as("before the first step").isCloseTo(0, org.assertj.core.api.Assertions.within(0.02));
        assertThat(kl[2]).as("after two").isNotEqualTo(kl[0]);
        try (Decoder opened = Decoder.load(summary.model(), DType.FLOAT32, Device.CPU)) {
            assertThat(opened.adapter()).isPresent();
        }
    }

    @Test
    void aRewardAdapterScoresAsTheRunLeftIt() {
        Path data = runs.data("reward");
        RunSummary summary = run("reward", "out", LessonRuns.POLICY, data, "--train_mode lora --max_steps 6"
                + " --learning_rate 1e-2 --normalise_scores true " + TARGETS);
        try (RewardModel model = RewardModel.load(summary.model(), DType.FLOAT32, Device.CPU)) {
            assertThat(model.fresh()).isEmpty();
            assertThat(model.normaliser()).isPresent();
            assertThat(model.adapter().orElseThrow().parameters()).anyMatch(own -> own.name().endsWith("score.weight"));
        }
    }

    @Test
    void whatMeansNothingIsRefusedAllAtOnce() {
        Path data = runs.data("dpo");
        assertThatThrownBy(() -> run("dpo", "out", LessonRuns.POLICY, data, "--lora_r 8 --quantisation int8"))
                .isInstanceOf(ConfigException.class).hasMessageContaining("lora_r").hasMessageContaining("quantisation")
                .hasMessageContaining("train_mode");
        assertThatThrownBy(() -> run("dpo", "out", LessonRuns.POLICY, data, "--train_mode lora --quant_block_size 128"
                + " --num_layers_unfrozen 1 --layerwise_lr_decay 0.9 --sync_ref_model true --lora_target_modules re:(,q"
                + " --use_dora true --init_lora_weights pissa --lora_rank_pattern q_proj=none"))
                .isInstanceOf(ConfigException.class).hasMessageContaining("quant_block_size")
                .hasMessageContaining("num_layers_unfrozen").hasMessageContaining("layerwise_lr_decay")
                .hasMessageContaining("sync_ref_model").hasMessageContaining("lora_target_modules")
                .hasMessageContaining("use_dora").hasMessageContaining("lora_rank_pattern");
        assertThatThrownBy(() -> run("dpo", "out", LessonRuns.POLICY, data,
                "--train_mode qlora --quantisation int8 --double_quant false --lisa_activated_layers 1"))
                .isInstanceOf(ConfigException.class).hasMessageContaining("double_quant")
                .hasMessageContaining("lisa_activated_layers");
    }

    private static float[] logits(Path model) {
        try (Decoder decoder = Decoder.load(model, DType.FLOAT32, Device.CPU); Scope scope = Scope.open()) {
            Rows rows = Rows.of(new Packed(new int[]{5, 9, 17, 4}, new int[]{0, 4}, new float[]{1, 1, 1, 1}),
                    decoder.vocabulary(), Device.CPU);
            return decoder.head().logits(decoder.hidden(Tape.inference(), rows)).toFloats();
        }
    }

    private RunSummary run(String command, String out, Path model, Path data, String settings) {
        return runs.run(command, out, model, data, words(settings));
    }

    /** The settings of a line that may begin with a command. */
    private static String[] words(String line) {
        String[] words = line.strip().split("\\s+");
        return words[0].startsWith("--") ? words : java.util.Arrays.copyOfRange(words, 1, words.length);
    }

    private Path sums() {
        return runs.write("sums", java.util.stream.IntStream.range(0, 24).mapToObj(
                i -> "{\"prompt\": \"What is %d plus %d? \", \"completion\": \"It is %d.\"}".formatted(i % 5, i / 5,
                        i % 5 + i / 5))
                .toList());
    }

    private static double mean(double[] values, int from, int to) {
        return java.util.Arrays.stream(values, from, to).average().orElseThrow();
    }

    private static Map<String, List<Float>> adapter(Path model) {
        Map<String, List<Float>> weights = new TreeMap<>();
        try (SafetensorsFile file = SafetensorsFile.open(model.resolve(AdapterFolder.WEIGHTS))) {
            for (String name : file.names()) {
                List<Float> values = new ArrayList<>();
                for (float value : file.data(name).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED)) {
                    values.add(value);
                }
                weights.put(name, values);
            }
        }
        return weights;
    }
}
