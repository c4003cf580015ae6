package dev.hone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pipelines of toy size: every mistake is told before anything runs, what is done stays, what was interrupted goes on. */
class PipelineCommandTest {
    @TempDir
    Path folder;

    @BeforeEach
    void data() throws IOException {
        write("rows.jsonl", "{\"prompt\": \"Say %d\", \"completion\": \" It is %d.\"}");
        write("pairs.jsonl", "{\"prompt\": \"Say %d\", \"chosen\": \" It is.\", \"rejected\": \" No, %d.\"}");
        write("prompts.jsonl", "{\"prompt\": \"Say %d\"}");
    }

    private void write(String name, String row) throws IOException {
        Files.writeString(folder.resolve(name), IntStream.range(0, 8).mapToObj(i -> row.replace("%d", "" + i))
                .collect(Collectors.joining("\n")));
    }

    private String stage(String command, String data, String... more) {
        return "  - command: " + command + "\n    data: " + folder.resolve(data) + "\n"
                + IntStream.range(0, more.length).mapToObj(i -> "    " + more[i] + "\n").collect(Collectors.joining());
    }

    private Path file(String... stages) throws IOException {
        return Files.writeString(folder.resolve("pipeline.yaml"), "out: " + folder.resolve("out") + "\nmodel: "
                + Cli.MODEL + "\ndtype: fp32\nchat_template: none\nsamples: 0\ntensorboard: false\nseed: 3\nstages:\n"
                + String.join("", stages));
    }

    private Cli run(Path file, String... more) {
        String[] words = new String[more.length + 2];
        words[0] = "pipeline";
        words[1] = file.toString();
        System.arraycopy(more, 0, words, 2, more.length);
        return Cli.run(words);
    }

    private static void ended(Cli cli) { assertThat(cli.code()).as(cli.err()).isZero(); }

    private FileTime written(String stage) throws IOException {
        return Files.getLastModifiedTime(folder.resolve("out").resolve(stage).resolve("model/model.safetensors"));
    }

    @Test
    void goesFromAModelToOneThatLearnedFromRewards() throws IOException {
        Path file = file(stage("sft", "rows.jsonl", "max_steps: 2"), stage("reward", "pairs.jsonl", "max_steps: 2"),
                stage("gate", "pairs.jsonl", "reward_model: stage reward", "gate_accuracy: 0.000001"),
                stage("ppo", "prompts.jsonl", "reward_model: previous", "max_steps: 2", "max_completion_length: 6",
                        "per_device_train_batch_size: 4"),
                stage("evaluate", "prompts.jsonl", "reward_model: stage reward", "reward: length(target=5):0",
                        "max_completion_length: 6", "max_samples: 5"));
        Cli first = run(file);
        assertThat(first.code()).as(first.err()).isZero();
        assertThat(first.out().lines().filter(line -> line.contains(" ran "))).hasSize(5);
        assertThat(first.err()).contains("[4/5] ppo", "time: rollout ",
                folder.resolve("out/sft/model") + " answers 5 prompts",
                folder.resolve("out/ppo/model") + " answers 5 prompts");
        assertThat(Files.readString(folder.resolve("out/evaluate/evaluation.json"))).contains("\"before\"",
                "rewards/length/mean", "rewards/model/mean", "\"rate\"", "\"pairs\" : 5");
        assertThat(Files.readAllLines(folder.resolve("out/evaluate/answers.jsonl"))).hasSize(5);
        assertThat(folder.resolve("out/gate/gate.json")).content().contains("accuracy");
        assertThat(folder.resolve("out/ppo/report.html")).content().contains("Answers and what they earned", "Best",
                "Where the time went", "advantage");
        assertThat(Files.readAllLines(folder.resolve("out/ppo/rollouts.jsonl"))).hasSize(8)
                .allMatch(line -> line.contains("\"advantage\":") && line.contains("\"kl\":"));
    }

    @Test
    void tellsEveryMistakeOfEveryStageBeforeAnythingRuns() throws IOException {
        Cli cli = run(file(stage("sft", "rows.jsonl", "lerning_rate: 1"), stage("reward", "nowhere.jsonl"),
                stage("gate", "pairs.jsonl", "reward_model: stage rewrd"),
                stage("grpo", "prompts.jsonl", "reward: lenth", "per_device_train_batch_size: 7"),
                stage("fly", "rows.jsonl"), stage("sft", "rows.jsonl"),
                stage("kto", "rows.jsonl", "out: there")));
        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.err()).contains("8 mistakes", "stage sft: lerning_rate", "pipeline.yaml:11", "learning_rate?",
                "nowhere.jsonl", "stage gate: reward_model", "that makes a model: sft, reward", "lenth",
                "multiple of num_generations", "fly", "There is a stage sft already", "The pipeline decides it");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void sharedKeysThatNoStageKnowsAreMistakes() throws IOException {
        Path file = file(stage("sft", "rows.jsonl"));
        Files.writeString(file, Files.readString(file).replace("seed: 3", "sead: 3").replace("out: ", "aut: "));
        assertThat(run(file).err()).contains("3 mistakes", "sead", "aut", "out: found nothing");
    }

    @Test
    void whatIsDoneStaysUntilItsSettingsOrInputsChange() throws IOException {
        String second = stage("dpo", "pairs.jsonl", "max_steps: 1");
        ended(run(file(stage("sft", "rows.jsonl", "max_steps: 1"), second)));
        FileTime sft = written("sft");
        Cli again = run(folder.resolve("pipeline.yaml"));
        ended(again);
        assertThat(again.out().lines().filter(line -> line.contains("done before"))).hasSize(2);
        assertThat(written("sft")).isEqualTo(sft);

        write("pairs.jsonl", "{\"prompt\": \"Say %d\", \"chosen\": \" Yes.\", \"rejected\": \" No, %d.\"}");
        Cli data = run(folder.resolve("pipeline.yaml"));
        ended(data);
        assertThat(data.err()).contains("[1/2] sft: done before", "[2/2] dpo: runs again, as what it reads changed");
        assertThat(written("sft")).isEqualTo(sft);

        Cli settings = run(file(stage("sft", "rows.jsonl", "max_steps: 2"), second));
        ended(settings);
        assertThat(settings.err()).contains("[1/2] sft: runs again, as max_steps changed", "[2/2] dpo: runs again");
        assertThat(written("sft")).isGreaterThan(sft);
    }

    @Test
    void someStagesRunAloneOrStay() throws IOException {
        Path file = file(stage("sft", "rows.jsonl", "max_steps: 1"), stage("dpo", "pairs.jsonl", "max_steps: 1"));
        assertThat(run(file, "--only", "dpo").err()).contains("no model of the stage sft, which does not run");
        assertThat(run(file, "--from", "dpoo").err()).contains("found dpoo", "one of sft, dpo");
        ended(run(file));
        FileTime sft = written("sft");
        FileTime dpo = written("dpo");
        ended(run(file, "--from", "dpo"));
        assertThat(written("dpo")).isGreaterThan(dpo);
        assertThat(written("sft")).isEqualTo(sft);
        Cli skipped = run(file, "--from", "sft", "--skip", "dpo");
        ended(skipped);
        assertThat(skipped.err()).contains("dpo: stays as it is");
        assertThat(written("sft")).isGreaterThan(sft);
    }

    @Test
    void anInterruptedStageGoesOnFromItsCheckpointAndIsNotThrownAway() throws IOException {
        Path file = file(stage("sft", "rows.jsonl", "max_steps: 4", "save_steps: 2", "lr_scheduler_type: constant"));
        ended(run(file));
        // as a run leaves it that ended after step 2
        Path state = folder.resolve("out/pipeline.json");
        Files.writeString(state, Files.readString(state).replace("\"done\"", "\"begun\""));
        Path last = folder.resolve("out/sft/checkpoint-4");
        try (var files = Files.walk(last)) {
            files.sorted(java.util.Comparator.reverseOrder())
                    .forEach(each -> assertThat(each.toFile().delete()).isTrue());
        }
        var whole = Runs.weights(folder.resolve("out/sft/model"));
        Cli refused = run(file);
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("as it was interrupted", "--resume", "--from sft");
        Cli resumed = run(file, "--resume");
        ended(resumed);
        assertThat(resumed.err()).contains("sft: goes on", "resuming after step 2");
        assertThat(Runs.weights(folder.resolve("out/sft/model"))).isEqualTo(whole);
    }

    @Test
    void aGateThatIsNotPassedEndsThePipeline() throws IOException {
        Path file = file(stage("reward", "pairs.jsonl", "max_steps: 1", "learning_rate: 1e-9"),
                stage("gate", "pairs.jsonl", "reward_model: previous", "gate_accuracy: 1"),
                stage("ppo", "prompts.jsonl", "reward_model: previous"));
        write("pairs.jsonl", "{\"prompt\": \"Say %d\", \"chosen\": \" a %d\", \"rejected\": \" b %d\"}");
        String rows = Files.readString(folder.resolve("pairs.jsonl"));
        Files.writeString(folder.resolve("pairs.jsonl"), rows + "\n" + rows.replace("chosen", "c").replace("rejected",
                "chosen").replace("\"c\"", "\"rejected\""));
        Cli cli = run(file);
        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.err()).contains("chooses the better answer in 50.0 %", "gate_accuracy");
        assertThat(folder.resolve("out/ppo")).doesNotExist();
    }
}
