package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole runs with each choice of optimizer, memory and layers: they learn, and one that stops and goes on ends as if it had not. */
class TrainingChoicesTest {
    @TempDir
    Path folder;

    private Map<String, List<Float>> weights(String out) { return SftJobTest.weights(folder.resolve(out)); }

    @ParameterizedTest
    @CsvSource({"dpo, --optim adamw_8bit", "reward, --optim muon", "dpo, --optim schedule_free_adamw --dtype bf16",
            "dpo, --lisa_activated_layers 1 --lisa_interval_steps 2",
            "reward, --lisa_activated_layers 1 --lisa_interval_steps 2 --dtype bf16",
            "dpo, --optim_offload true", "dpo, --optim_fused_backward true --max_grad_norm 0",
            "reward, --num_layers_unfrozen 1 --layerwise_lr_decay 0.8 --head_learning_rate 1e-3",
            "kto, --optim_fused_backward true --max_grad_norm 0 --gradient_checkpointing feed_forward"})
    void goesOnAsIfItHadNotStopped(String command, String words) {
        LessonRuns runs = LessonRuns.in(folder);
        Path data = runs.data(command);
        List<String> settings = new ArrayList<>(List.of("--max_steps", "6", "--learning_rate", "3e-3",
                "--lr_scheduler_type", "constant", "--eval_split", "0.34", "--eval_steps", "2"));
        settings.addAll(List.of(words.split(" ")));
        String[] all = settings.toArray(String[]::new);
        runs.run(command, "whole", LessonRuns.POLICY, data, all);
        AtomicInteger asked = new AtomicInteger();
        runs.run(command, () -> asked.incrementAndGet() >= 3, runs.words("halves", LessonRuns.POLICY, data, all));
        settings.addAll(List.of("--resume", "true"));
        runs.run(command, "halves", LessonRuns.POLICY, data, settings.toArray(String[]::new));
        assertThat(runs.told().toString()).contains("resuming after step 3");
        assertThat(weights("halves")).isEqualTo(weights("whole"));
        assertThat(folder.resolve("whole").resolve("optimizer-state.mapped")).doesNotExist();
    }

    @Test
    void anOffloadedRunEqualsAResidentOne() {
        LessonRuns runs = LessonRuns.in(folder);
        Path data = runs.data("dpo");
        runs.run("dpo", "resident", LessonRuns.POLICY, data, "--max_steps", "3", "--dtype", "bf16");
        runs.run("dpo", "mapped", LessonRuns.POLICY, data, "--max_steps", "3", "--dtype", "bf16", "--optim_offload",
                "true");
        assertThat(weights("mapped")).isEqualTo(weights("resident"));
    }

    @Test
    void stepsInsideOfBackwardEqualThoseAfterIt() {
        LessonRuns runs = LessonRuns.in(folder);
        Path data = runs.data("dpo");
        runs.run("dpo", "after", LessonRuns.POLICY, data, "--max_steps", "3", "--max_grad_norm", "0");
        runs.run("dpo", "inside", LessonRuns.POLICY, data, "--max_steps", "3", "--max_grad_norm", "0",
                "--optim_fused_backward", "true");
        assertThat(weights("inside")).isEqualTo(weights("after"));
    }

    @Test
    void frozenLayersKeepTheirWeights() {
        LessonRuns runs = LessonRuns.in(folder);
        Path data = runs.data("dpo");
        runs.run("dpo", "none", LessonRuns.POLICY, data, "--max_steps", "1", "--learning_rate", "0");
        runs.run("dpo", "top", LessonRuns.POLICY, data, "--max_steps", "2", "--learning_rate", "1e-2",
                "--num_layers_unfrozen", "1");
        Map<String, List<Float>> begun = weights("none");
        Map<String, List<Float>> ended = weights("top");
        assertThat(ended.get("model.embed_tokens.weight")).isEqualTo(begun.get("model.embed_tokens.weight"));
        begun.keySet().stream().filter(name -> name.contains("layers.0."))
                .forEach(name -> assertThat(ended.get(name)).as(name).isEqualTo(begun.get(name)));
        assertThat(ended).isNotEqualTo(begun);
    }

    @Test
    void theLongestRowGoesFirstAndChangesNothing() throws IOException {
        LessonRuns runs = LessonRuns.in(folder);
        List<String> rows = new ArrayList<>(Files.readAllLines(runs.data("dpo")));
        rows.add(rows.getFirst().replace("What is", "What, and this is a long question, is ".repeat(40)));
        Path data = runs.write("long", rows);
        Path other = runs.write("short", rows.subList(0, 12));
        for (String inBackward : List.of("false", "true")) {
            String[] words = {"--max_steps", "4", "--optim_fused_backward", inBackward, "--max_grad_norm", "0",
                    "--shuffle_dataset", "false", "--max_length", "4096", "--save_steps", "3", "--lr_scheduler_type",
                    "constant"};
            runs.told().reset();
            runs.run("dpo", "short" + inBackward, LessonRuns.POLICY, other, words);
            assertThat(runs.told().toString()).doesNotContain("dry run");
            runs.run("dpo", "long" + inBackward, LessonRuns.POLICY, data, words);
            assertThat(runs.told().toString()).contains("dry run of the longest micro-batch");
            // the long row is learned from in step 4 only: up to then the runs are one, dry run or not
            assertThat(Files.mismatch(afterThree("long" + inBackward), afterThree("short" + inBackward))).isEqualTo(-1);
        }
        assertThat(weights("longtrue")).isEqualTo(weights("longfalse"));
    }

    private Path afterThree(String out) { return folder.resolve(out).resolve("checkpoint-3/model.safetensors"); }

    @Test
    void whatCannotBeTogetherIsToldAtOnce() {
        LessonRuns runs = LessonRuns.in(folder);
        Path data = runs.data("dpo");
        assertThatThrownBy(() -> runs.run("dpo", "x", LessonRuns.POLICY, data, "--optim_fused_backward", "true",
                "--gradient_accumulation_steps", "2")).isInstanceOf(ConfigException.class)
                .hasMessageContaining("gradient_accumulation_steps").hasMessageContaining("max_grad_norm");
        assertThatThrownBy(() -> runs.run("dpo", "y", LessonRuns.POLICY, data, "--num_layers_unfrozen", "50"))
                .isInstanceOf(ConfigException.class).hasMessageContaining("the layers of the model");
    }
}
