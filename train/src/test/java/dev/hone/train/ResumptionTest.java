package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What may change when a run goes on, and what may not. */
class ResumptionTest {
    private static final int STOP = 4;
    private final ByteArrayOutputStream told = new ByteArrayOutputStream();

    @TempDir
    Path folder;

    private Path data;
    private Path out;

    @BeforeEach
    void rows() throws IOException {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            rows.add("{\"prompt\": \"Say %d, please: \", \"completion\": \"%d it is.\"}".formatted(i, i));
        }
        data = Files.write(folder.resolve("rows.jsonl"), rows);
        out = folder.resolve("out");
    }

    private RunSummary run(Path to, int steps, String... settings) {
        int[] polled = {0};
        List<String> all = new ArrayList<>(List.of("--samples", "0", "--tensorboard", "false"));
        all.addAll(List.of(settings));
        return SftJobTest.job(to, data, new PrintStream(told, true), () -> ++polled[0] == steps,
                all.toArray(String[]::new)).run();
    }

    /** Begins a run of 8 steps that is stopped after 4. */
    private void begun(String... settings) {
        String[] all = settings.length == 0 ? new String[]{"--max_steps", "8"} : settings;
        assertThat(run(out, STOP, all).end()).isEqualTo(RunLoop.End.INTERRUPTED);
    }

    private void refused(String[] settings, String... words) throws IOException {
        String manifest = Files.readString(out.resolve("manifest.json"));
        assertThatThrownBy(() -> run(out, 0, settings)).isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll(words).hasMessageContainingAll("checkpoint-4", "--resume_anyway");
        assertThat(out.resolve("manifest.json")).content().isEqualTo(manifest);
    }

    @Test
    void everySettingThatChangesTheResultIsNamedWithBothValues() throws IOException {
        begun();
        refused(new String[]{"--max_steps", "8", "--resume", "--learning_rate", "1e-3", "--optim", "lion", "--seed",
                "7", "--per_device_train_batch_size", "4", "--lr_scheduler_type", "cosine", "--dtype", "bf16",
                "--label_smoothing", "0.1", "--max_length", "12", "--truncation_mode", "keep_end"},
                "learning_rate: found 0.001, expected 2.0E-5", "optim: found lion, expected adamw",
                "seed: found 7, expected 42", "gradient_accumulation_steps: found 4, expected 8",
                "lr_scheduler_type: found cosine, expected linear", "dtype: found BF16, expected FP32",
                "label_smoothing: found 0.1, expected 0.0", "max_length: found 12, expected 1024",
                "training rows: found");
    }

    @Test
    void otherRowsAreTold() throws IOException {
        begun();
        Files.writeString(data, Files.readString(data).replace("Say 3,", "Say 5,"));
        refused(new String[]{"--max_steps", "8", "--resume"}, "training rows: found 20 rows (sha256 ",
                "expected 20 rows (sha256 ");
    }

    @Test
    void whatLeavesTheResultAloneMayChange() throws IOException {
        run(folder.resolve("whole"), 0, "--max_steps", "8");
        begun();
        Path moved = Files.move(out, folder.resolve("moved"));
        data = Files.move(data, folder.resolve("renamed.jsonl"));
        run(moved, 0, "--max_steps", "8", "--resume", "--logging_steps", "1", "--save_steps", "3",
                "--save_total_limit", "1", "--per_device_train_batch_size", "4", "--gradient_accumulation_steps", "2",
                "--gradient_checkpointing", "on", "--max_skipped_steps", "5", "--max_length", "900");
        assertThat(SftJobTest.weights(moved)).isEqualTo(SftJobTest.weights(folder.resolve("whole")));
    }

    @Test
    void moreStepsAreAnotherRunOnlyWhereTheRatesSoFarDependOnThem() throws IOException {
        begun();
        refused(new String[]{"--max_steps", "12", "--resume"}, "max_steps", "found 12 steps", "expected 8");
        String[] level = {"--lr_scheduler_type", "constant", "--max_steps", "6"};
        String[] longer = {"--lr_scheduler_type", "constant", "--max_steps", "9"};
        out = folder.resolve("level");
        begun(level);
        run(folder.resolve("longer"), 0, longer);
        run(out, 0, "--lr_scheduler_type", "constant", "--max_steps", "9", "--resume");
        assertThat(SftJobTest.weights(out)).isEqualTo(SftJobTest.weights(folder.resolve("longer")));
    }

    @Test
    void onRequestARunGoesOnDifferently() {
        begun();
        RunSummary summary = run(out, 0, "--max_steps", "6", "--learning_rate", "1e-3", "--resume", "--resume_anyway");
        assertThat(summary.steps()).isEqualTo(6);
        assertThat(told.toString()).contains("warning: the run goes on with other settings",
                "learning_rate: found 0.001, expected 2.0E-5", "resuming after step 4");
        assertThat(run(out, 0, "--max_steps", "6", "--learning_rate", "1e-3", "--resume").steps()).isEqualTo(6);
    }

    @Test
    void stepsAreCutAsTheyWere() {
        begun("--max_steps", "8", "--microbatch_tokens", "40", "--neftune_noise_alpha", "5");
        run(out, 0, "--max_steps", "8", "--neftune_noise_alpha", "5", "--resume");
        assertThat(told.toString().split("micro-batch of 40 tokens", -1)).hasSize(3);
    }
}
