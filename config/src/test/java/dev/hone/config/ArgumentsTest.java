package dev.hone.config;

import static dev.hone.config.ConfigReaderTest.onlyProblem;
import static dev.hone.config.ConfigReaderTest.problems;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.config.Samples.Schedule;
import dev.hone.config.Samples.TrainingRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {
    @TempDir
    Path folder;

    private static TrainingRun run(String... words) {
        List<String> args = new ArrayList<>(List.of(words));
        args.addAll(List.of("--model", "m"));
        return Samples.reader().parse(args).get(TrainingRun.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--learning_rate 1e-4", "--learning-rate 1e-4", "--learning_rate=1e-4",
            "--learning-rate=.0001", "--lr 1E-4",
            "--lr=+1.e-4"})
    void spellingsOfOneFlag(String line) { assertThat(run(line.split(" ")).learningRate()).isEqualTo(1e-4); }

    @ParameterizedTest
    @CsvSource({"--packing, true", "--packing true, true", "--packing True, true", "--packing=false, false",
            "--packing FALSE, false",
            "--packing --seed 3, true"})
    void booleans(String line, boolean packing) { assertThat(run(line.split(" ")).packing()).isEqualTo(packing); }

    @Test
    void everyTypeFromFlags() {
        TrainingRun run = run("--seed", "-9", "--lr-scheduler-type", "Cosine-With-Min-LR", "--data", "a.jsonl",
                "b.jsonl,c", "--mixture", "1,.5", "2",
                "--template_options", "a=1", "b=x=y,c=", "--run_name", "2024", "--prefix=--x", "--targets=",
                "--max_steps", "1e3");
        assertThat(run.seed()).isEqualTo(-9);
        assertThat(run.lrSchedulerType()).isEqualTo(Schedule.COSINE_WITH_MIN_LR);
        assertThat(run.data()).containsExactly(Path.of("a.jsonl"), Path.of("b.jsonl"), Path.of("c"));
        assertThat(run.mixture()).containsExactly(1.0, 0.5, 2.0);
        assertThat(run.templateOptions()).isEqualTo(Map.of("a", "1", "b", "x=y", "c", ""));
        assertThat(run.runName()).contains("2024");
        assertThat(run.prefix()).isEqualTo("--x");
        assertThat(run.targets()).isEmpty();
    }

    @Test
    void aTextMayBeEmptyOrADash() {
        assertThat(run("--prefix", "").prefix()).isEmpty();
        assertThat(run("--prefix", "-").prefix()).isEqualTo("-");
        assertThat(run("--prefix", "a = b\nc").prefix()).isEqualTo("a = b\nc");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            // line | key | found | expected | where | advice
            "--learning_rate | learning_rate | no value | a number above 0 | flag --learning_rate | Write --learning_rate and a value.",
            "--learning-rate --packing | learning_rate | no value | a number above 0 | flag --learning-rate | Write --learning-rate and",
            "--learning_rate= | learning_rate | \"\" | a number above 0 | flag --learning_rate | Give a number above 0",
            "--lr 1e-4x | learning_rate | \"1e-4x\" | a number above 0 | flag --lr | Give a number",
            "--learning_rate nan | learning_rate | \"nan\" | a number above 0 | flag --learning_rate | Give",
            "--seed 1.5 | seed | \"1.5\" | a whole number | flag --seed | default, 42.",
            "--packing yes | packing | \"yes\" | true or false | flag --packing | Give true or false",
            "--lrr 1 2 3 | lrr | an unknown key | a key of this command | flag --lrr | Did you mean learning_rate?",
            "--no_packing | no_packing | an unknown key | a key of this command | flag --no_packing | Write --packing false.",
            "--no-packing | no_packing | an unknown key | a key of this command | flag --no-packing | Write --packing false.",
            "--zzz=1 | zzz | an unknown key | a key of this command | flag --zzz | Remove it, or look for its name in --help.",
            "-x 3 | -x | an unknown flag | a flag with two dashes and its name | flag -x | Write --key value",
            "-- | -- | an unknown flag | a flag with two dashes and its name | flag -- | Write --key value",
            "--seed 3 4 | 4 | a stray argument | a flag such as --key value | command line | The configuration file comes first",
            "--seed 3 --seed 4 | seed | 2 values, \"3\" and \"4\" | one value | flag --seed and flag --seed | Keep one of them.",
            "--lr 1 --learning-rate 1 | learning_rate | 2 values, \"1\" and \"1\" | one value | flag --lr and flag --learning-rate | Keep one",
            "--data a --data b | data | 2 values, \"a\" and \"b\" | one value | flag --data and flag --data | Write all entries after one key.",
            "--data a,,b | data | a list whose entry 2 is an empty text | a list, each entry a path | flag --data | Give",
            "--template_options a | template_options | \"a\" | name=value pairs with commas between, each name once | flag --template_options | Give",
            "--template_options a=1,a=2 | template_options | \"a=1,a=2\" | name=value pairs with commas between, each name once | flag --template_options | Give",
            "--config | config | no value | a path | flag --config | Write --config and a value."})
    void mistakes(String line, String key, String found, String expected, String where, String advice) {
        List<String> words = new ArrayList<>(List.of("--model", "m"));
        words.addAll(Arrays.asList(line.split(" ")));
        Problem problem = onlyProblem(() -> Samples.reader().parse(words));
        assertThat(problem.key()).isEqualTo(key);
        assertThat(problem.found()).isEqualTo(found);
        assertThat(problem.expected()).isEqualTo(expected);
        assertThat(problem.where()).isEqualTo(where);
        assertThat(problem.advice()).contains(advice);
    }

    @Test
    void anEmptyRequiredPathIsAMistake() {
        assertThat(onlyProblem(() -> Samples.reader().parse(List.of("--model", ""))).text())
                .isEqualTo(
                        "model: found an empty text, expected a path that is not empty (flag --model). Give a path that is not empty.");
    }

    @Test
    void pathsThatNoSystemHas() {
        assertThat(onlyProblem(() -> Samples.reader().parse(List.of("--model", "a\0b"))).expected())
                .isEqualTo("a path that this system can have");
        assertThat(onlyProblem(() -> Samples.reader().parse(List.of("a\0b", "--model", "m"))).key())
                .isEqualTo("config");
    }

    @Test
    void theFileMayBeNamedByAFlag() throws Exception {
        Path file = Files.writeString(folder.resolve("c.yaml"), "model: m\nseed: 5\n");
        Config config = Samples.reader().parse(List.of("--packing", "--config", file.toString()));
        assertThat(config.get(TrainingRun.class).seed()).isEqualTo(5);
        assertThat(config.file()).contains(file);
        assertThat(onlyProblem(() -> Samples.reader().parse(List.of(file.toString(), "--config", file.toString())))
                .found())
                .isEqualTo("2 configuration files");
    }

    @Test
    void mistakesOfFlagsAndFileComeTogether() throws Exception {
        Path file = Files.writeString(folder.resolve("c.yaml"), "model: m\nsede: 5\n");
        assertThat(
                problems(() -> Samples.reader().parse(List.of(file.toString(), "--max_steps", "-5", "-y", "--prefix"))))
                .extracting(Problem::key).containsExactlyInAnyOrder("sede", "max_steps", "-y", "prefix");
    }
}
