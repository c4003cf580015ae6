package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.config.Config;
import dev.hone.config.ConfigReader;
import dev.hone.model.Decoder;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.SafetensorsFile;
import dev.hone.testkit.Golden;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs of a tiny model: what they learn, what they leave, how they end, and that a resumed one equals an unbroken one. */
class SftJobTest {
    private static final Path MODEL = Golden.path("runs", "init");
    private final ByteArrayOutputStream told = new ByteArrayOutputStream();

    @TempDir
    Path folder;

    Path data;

    @BeforeEach
    void sums() throws IOException {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            rows.add("{\"prompt\": \"What is %d plus %d? \", \"completion\": \"It is %d.\"}".formatted(i % 5, i / 5,
                    i % 5 + i / 5));
        }
        data = Files.write(folder.resolve("sums.jsonl"), rows);
    }

    @Test
    void learnsAndLeavesAModelThatOpens() {
        RunSummary summary = run(out("a"), () -> false, "--max_steps", "30", "--learning_rate", "5e-3", "--eval_split",
                "0.2",
                "--eval_steps", "10");
        assertThat(summary.end()).isEqualTo(RunLoop.End.FINISHED);
        RunHistory history = RunHistory.read(out("a").resolve("metrics.jsonl"));
        double[] losses = history.curve("loss").ys();
        assertThat(losses[losses.length - 1]).isLessThan(0.7 * losses[0]);
        assertThat(history.curve("eval_loss").ys()).hasSize(3);
        assertThat(summary.metrics()).containsKeys("loss", "grad_norm", "learning_rate", "entropy",
                "mean_token_accuracy",
                "num_tokens", "epoch", "eval_loss");
        assertThat(summary.report()).content().contains("<svg").contains("What is");
        assertThat(out("a").resolve("manifest.json")).content().contains("sha256").contains("learning_rate");
        assertThat(out("a").resolve("tensorboard")).isNotEmptyDirectory();
        try (Decoder model = Decoder.load(summary.model(), DType.FLOAT32, Device.CPU)) {
            assertThat(model.parameterCount()).isPositive();
        }
        assertThat(summary.model().resolve("tokenizer.json")).exists();
    }

    @ParameterizedTest
    @ValueSource(strings = {"fp32", "bf16"})
    void aRunThatIsStoppedAndResumedEqualsAnUnbrokenOneBitForBit(String dtype) {
        String[] settings = {"--max_steps", "9", "--learning_rate", "3e-3", "--dtype", dtype, "--neftune_noise_alpha",
                "5",
                "--lr_scheduler_type", "cosine", "--warmup_steps", "2"};
        run(out("whole"), () -> false, settings);
        AtomicInteger steps = new AtomicInteger();
        RunSummary broken = run(out("broken"), () -> steps.incrementAndGet() == 4, settings);
        assertThat(broken.end()).isEqualTo(RunLoop.End.INTERRUPTED);
        assertThat(broken.steps()).isEqualTo(4);
        run(out("broken"), () -> false, append(settings, "--resume", "true"));
        assertThat(weights(out("broken"))).isEqualTo(weights(out("whole")));
        assertThat(RunHistory.read(out("broken").resolve("metrics.jsonl")).lastStep()).isEqualTo(9);
    }

    @Test
    void killedAtARandomStepAndResumedEqualsAnUnbrokenRunBitForBit() throws Exception {
        String[] settings = {"--max_steps", "40", "--learning_rate", "3e-3", "--save_steps", "3", "--tensorboard",
                "false",
                "--samples", "0"};
        run(out("whole"), () -> false, settings);
        Process child = new ProcessBuilder(command(out("killed"), settings)).redirectErrorStream(true)
                .redirectOutput(folder.resolve("child.log").toFile()).start();
        while (child.isAlive() && !Files.exists(out("killed").resolve("checkpoint-6"))) {
            Thread.sleep(20);
        }
        child.destroyForcibly();
        assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(new CheckpointFolder(out("killed"), warning -> {}).steps())
                .as("what the child left; its log: %s", Files.readString(folder.resolve("child.log"))).isNotEmpty();
        run(out("killed"), () -> false, append(settings, "--resume", "true"));
        assertThat(weights(out("killed"))).isEqualTo(weights(out("whole")));
    }

    @Test
    void howAStepIsCutChangesNothing() {
        run(out("one"), () -> false, "--max_steps", "4", "--per_device_train_batch_size", "8", "--microbatch_tokens",
                "100000");
        run(out("many"), () -> false, "--max_steps", "4", "--per_device_train_batch_size", "2",
                "--gradient_accumulation_steps",
                "4", "--microbatch_tokens", "1");
        run(out("again"), () -> false, "--max_steps", "4", "--gradient_checkpointing", "on");
        near(out("many"), out("one"));
        near(out("again"), out("one"));
    }

    @Test
    void stopsEarlyAndEndsWithTheBest() {
        RunSummary summary = run(out("early"), () -> false, "--num_train_epochs", "50", "--learning_rate", "0.05",
                "--eval_split",
                "0.25", "--eval_steps", "2", "--early_stopping_patience", "2");
        assertThat(summary.end()).isEqualTo(RunLoop.End.EARLY_STOPPED);
        double[] losses = RunHistory.read(out("early").resolve("metrics.jsonl")).curve("eval_loss").ys();
        assertThat(losses[losses.length - 1]).isGreaterThan(java.util.Arrays.stream(losses).min().orElseThrow());
        try (Checkpoint best = new CheckpointFolder(out("early"), warning -> {}).best().orElseThrow();
                SafetensorsFile saved = SafetensorsFile.open(summary.model().resolve("model.safetensors"))) {
            String name = saved.names().getFirst();
            assertThat(saved.data(name).mismatch(best.model().data(name))).isEqualTo(-1);
        }
    }

    @Test
    void aLossThatIsNoNumberTakesNoStepAndEndsTheRunAfterSome() {
        assertThatThrownBy(() -> run(out("nan"), () -> false, "--max_steps", "20", "--learning_rate", "1e30",
                "--max_grad_norm", "0",
                "--optim", "sgd", "--max_skipped_steps", "2")).isInstanceOf(NonFiniteException.class)
                .hasMessageContaining("2 steps in a row").hasMessageContaining("row ")
                .hasMessageContaining("learning_rate");
        assertThat(told.toString()).contains("no step was taken").containsPattern("loss (NaN|-?Infinity)");
    }

    @Test
    void aFolderThatHoldsARunIsNotOverwrittenUnasked() {
        run(out("held"), () -> false, "--max_steps", "2");
        assertThatThrownBy(() -> run(out("held"), () -> false, "--max_steps", "2"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("--resume true").hasMessageContaining("--overwrite true");
        assertThat(run(out("held"), () -> false, "--max_steps", "3", "--overwrite", "true").steps()).isEqualTo(3);
    }

    @Test
    void anOutputThatCannotBeWrittenIsToldBeforeAnythingElse() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> run(file, () -> false, "--max_steps", "2")).hasMessageContaining(file.toString());
    }

    @Test
    void aTornCheckpointIsPassedOver() throws IOException {
        run(out("torn"), () -> false, "--max_steps", "6", "--save_steps", "3");
        Path newest = out("torn").resolve("checkpoint-6").resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(newest);
        bytes[bytes.length - 5] ^= 1;
        Files.write(newest, bytes);
        RunSummary summary = run(out("torn"), () -> false, "--max_steps", "6", "--save_steps", "3", "--resume", "true");
        assertThat(told.toString()).contains("resuming after step 3");
        assertThat(summary.steps()).isEqualTo(6);
    }

    private Path out(String name) { return folder.resolve(name); }

    private RunSummary run(Path out, BooleanSupplier stop, String... settings) {
        return job(out, data, new PrintStream(told, true), stop, settings).run();
    }

    static SftJob job(Path out, Path data, PrintStream told, BooleanSupplier stop, String... settings) {
        List<String> words = new ArrayList<>(
                List.of("--model", MODEL.toString(), "--data", data.toString(), "--out", out.toString()));
        words.addAll(List.of(settings));
        if (!words.contains("--dtype")) {
            words.addAll(List.of("--dtype", "fp32"));
        }
        Config config = ConfigReader.of(SftJob.Settings.types()).parse(words);
        return new SftJob(SftJob.Settings.of(config), new TrainingJob.Surroundings(words, told, stop));
    }

    private List<String> command(Path out, String... settings) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                        System.getProperty("java.class.path"), "-Dhone.threads=1", "--enable-native-access=ALL-UNNAMED",
                        "--add-modules=jdk.incubator.vector", Child.class.getName(), out.toString(), data.toString()));
        command.addAll(List.of(settings));
        return command;
    }

    /** The run that is killed. */
    static final class Child {
        public static void main(String[] args) {
            List<String> rest = List.of(args).subList(2, args.length);
            job(Path.of(args[0]), Path.of(args[1]), System.err, () -> false, rest.toArray(String[]::new)).run();
        }
    }

    private static String[] append(String[] first, String... more) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    static Map<String, List<Float>> weights(Path run) {
        Map<String, List<Float>> weights = new TreeMap<>();
        try (SafetensorsFile file = SafetensorsFile.open(run.resolve("model/model.safetensors"))) {
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

    private static void near(Path actual, Path expected) {
        Map<String, List<Float>> wanted = weights(expected);
        weights(actual).forEach((name, values) -> {
            for (int i = 0; i < values.size(); i++) {
                assertThat(values.get(i)).as(name).isCloseTo(wanted.get(name).get(i), within(2e-5f));
            }
        });
    }
}
