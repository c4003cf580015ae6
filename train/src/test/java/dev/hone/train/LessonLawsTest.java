package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.config.ConfigException;
import dev.hone.text.DataException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a step is cut changes nothing, whatever the objective compares, and a run that goes on equals an unbroken one. */
class LessonLawsTest {
    @TempDir
    Path folder;

    private LessonRuns runs;

    @BeforeEach
    void runs() { runs = LessonRuns.in(folder); }

    @ParameterizedTest
    @ValueSource(strings = {"dpo", "dpo --loss_type aot", "dpo --sync_ref_model --ref_model_sync_steps 2", "orpo",
            "kto", "bco", "reward", "reward-tokens", "reward-ranked", "prm",
            "ilql --steps_for_target_q_sync 2 --alpha 0.5 --beta 0.5"})
    void howAStepIsCutChangesNothing(String line) {
        String command = line.split(" ")[0];
        Path data = runs.data(command);
        for (String tokens : List.of("100000", "1")) {
            List<String> settings = new ArrayList<>(List.of(line.split(" ")).subList(1, line.split(" ").length));
            settings.addAll(List.of("--max_steps", "4", "--learning_rate", "1e-2", "--optim", "sgd",
                    "--per_device_train_batch_size", "6", "--microbatch_tokens", tokens));
            runs.run(command, "cut" + tokens, LessonRuns.POLICY, data, settings.toArray(String[]::new));
        }
        for (String metric : List.of("loss", "grad_norm")) {
            assertThat(runs.history("cut1").curve(metric).ys()).as(metric)
                    .containsExactly(runs.history("cut100000").curve(metric).ys(), within(1e-4));
        }
        Map<String, List<Float>> whole = SftJobTest.weights(folder.resolve("cut100000"));
        SftJobTest.weights(folder.resolve("cut1")).forEach((name, values) -> {
            for (int i = 0; i < values.size(); i++) {
                assertThat(values.get(i)).as(name).isCloseTo(whole.get(name).get(i), within(2e-5f));
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"dpo", "dpo --sync_ref_model --ref_model_sync_steps 2", "kto", "bco", "reward"})
    void aRunThatIsStoppedAndResumedEqualsAnUnbrokenOneBitForBit(String line) {
        String command = line.split(" ")[0];
        Path data = runs.data(command);
        List<String> settings = new ArrayList<>(List.of(line.split(" ")).subList(1, line.split(" ").length));
        settings.addAll(List.of("--max_steps", "8", "--learning_rate", "3e-3"));
        String[] words = settings.toArray(String[]::new);
        runs.run(command, "whole", LessonRuns.POLICY, data, words);
        AtomicInteger steps = new AtomicInteger();
        RunSummary broken = runs.run(command, () -> steps.incrementAndGet() == 5,
                runs.words("broken", LessonRuns.POLICY, data, words));
        assertThat(broken.steps()).isEqualTo(5);
        settings.addAll(List.of("--resume", "true"));
        runs.run(command, "broken", LessonRuns.POLICY, data, settings.toArray(String[]::new));
        assertThat(SftJobTest.weights(folder.resolve("broken")))
                .isEqualTo(SftJobTest.weights(folder.resolve("whole")));
        assertThat(runs.history("broken").curve("loss").ys()).isEqualTo(runs.history("whole").curve("loss").ys());
    }

    @Test
    void aMovingReferenceIsAnotherRun() {
        Path data = runs.data("dpo");
        runs.run("dpo", "still", LessonRuns.POLICY, data, "--max_steps", "6", "--learning_rate", "3e-3");
        runs.run("dpo", "moving", LessonRuns.POLICY, data, "--max_steps", "6", "--learning_rate", "3e-3",
                "--sync_ref_model", "--ref_model_sync_steps", "2");
        double[] still = runs.history("still").curve("loss").ys();
        double[] moving = runs.history("moving").curve("loss").ys();
        assertThat(moving[1]).isCloseTo(still[1], within(1e-5));
        assertThat(moving[2]).isNotCloseTo(still[2], within(1e-3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"kto", "bco", "dpo"})
    void aSingleRowAtTheEndOfAnEpochJoinsTheStepBefore(String command) {
        runs.run(command, "run", LessonRuns.POLICY, runs.data(command), "--num_train_epochs", "1",
                "--per_device_train_batch_size", "11", command.equals("dpo") ? "--loss_type" : "--beta",
                command.equals("dpo") ? "aot" : "0.1");
        assertThat(runs.history("run").lastStep()).isEqualTo(1);
        assertThat(runs.history("run").last("epoch")).hasValue(1);
    }

    @Test
    void aStepOfOneRowIsRefusedWhereRowsAreCompared() {
        assertThatThrownBy(() -> runs.run("dpo", "run", LessonRuns.POLICY, runs.data("dpo"), "--loss_type", "aot",
                "--per_device_train_batch_size", "1")).isInstanceOf(ConfigException.class)
                .hasMessageContaining("per_device_train_batch_size").hasMessageContaining("at least 2");
        assertThatThrownBy(() -> runs.run("kto", "held", LessonRuns.POLICY, runs.data("kto"), "--eval_split", "0.05"))
                .isInstanceOf(DataException.class).hasMessageContaining("held-out rows");
    }

    @Test
    void aMarginThatIsMissingIsNone() {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            rows.add("{\"prompt\": \"Say %d\", \"chosen\": \"It is %d.\", \"rejected\": \"No.\"%s}".formatted(i, i,
                    i % 2 == 0 ? ", \"margin\": 2" : ", \"margin\": 0"));
        }
        assertThat(Margins.of(List.of(java.util.OptionalDouble.empty(), java.util.OptionalDouble.of(2)))).get()
                .isEqualTo(new float[]{0, 2});
        Path data = runs.write("margins", rows);
        for (String tokens : List.of("100000", "1")) {
            runs.run("reward", "m" + tokens, LessonRuns.POLICY, data, "--max_steps", "1", "--microbatch_tokens",
                    tokens, "--per_device_train_batch_size", "6");
        }
        assertThat(runs.history("m1").curve("loss").ys()[0])
                .isCloseTo(runs.history("m100000").curve("loss").ys()[0], within(1e-5));
    }
}
