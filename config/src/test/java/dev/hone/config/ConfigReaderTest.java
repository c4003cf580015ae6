package dev.hone.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.config.Samples.Schedule;
import dev.hone.config.Samples.Smoothing;
import dev.hone.config.Samples.TrainingRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigReaderTest {
    @TempDir
    Path folder;

    @Test
    void defaultsFillWhatIsNotGiven() {
        TrainingRun run = Samples.reader().parse(List.of("--model", "m")).get(TrainingRun.class);
        assertThat(run).isEqualTo(new TrainingRun(Path.of("m"), 2e-5, 3, 8, 0.9, 42, false, Schedule.LINEAR, List.of(),
                List.of("all-linear", "head"), List.of(0.5, 0.5), Map.of(), Optional.empty(), "", 0, 1000));
    }

    @Test
    void flagsOverrideTheFileWhichOverridesDefaults() throws Exception {
        Path file = write("""
                # a comment
                model: from-file
                learning_rate: 1e-4
                seed: 7
                packing: true
                run_name: on
                data: [a.jsonl, "b, c.jsonl"]
                template_options: {enable_thinking: false, level: 3}
                lr_scheduler_type: cosine_with_min_lr
                max_steps: 1e3
                neftune_noise_alpha: 5
                targets: q_proj
                prefix: null
                """);
        Config config = Samples.reader().parse(List.of(file.toString(), "--seed", "-3", "--learning-rate=.5"));
        TrainingRun run = config.get(TrainingRun.class);
        assertThat(run.model()).isEqualTo(Path.of("from-file"));
        assertThat(run.learningRate()).isEqualTo(0.5);
        assertThat(run.seed()).isEqualTo(-3);
        assertThat(run.packing()).isTrue();
        assertThat(run.runName()).contains("on");
        assertThat(run.data()).containsExactly(Path.of("a.jsonl"), Path.of("b, c.jsonl"));
        assertThat(run.templateOptions()).containsExactly(Map.entry("enable_thinking", "false"),
                Map.entry("level", "3"));
        assertThat(run.lrSchedulerType()).isEqualTo(Schedule.COSINE_WITH_MIN_LR);
        assertThat(run.targets()).containsExactly("q_proj");
        assertThat(run.prefix()).isEmpty();
        assertThat(config.get(Smoothing.class).neftuneNoiseAlpha()).contains(5.0);
        assertThat(config.file()).contains(file);
        assertThat(config.given()).contains("seed", "learning_rate", "model").doesNotContain("prefix",
                "label_smoothing");
    }

    @Test
    void aliasesAreAcceptedWithNothingSaid() throws Exception {
        Path file = write("model: m\nlr: 0.1\nbatch_size_per_device: 2\n");
        Config config = Samples.reader().read(file);
        assertThat(config.get(TrainingRun.class).learningRate()).isEqualTo(0.1);
        assertThat(config.given()).containsExactlyInAnyOrder("model", "learning_rate", "per_device_train_batch_size");
    }

    @ParameterizedTest
    @ValueSource(strings = {"m.yaml", "m.json"})
    void jsonIsReadWithTabsAndEscapes(String name) throws Exception {
        Path file = Files.writeString(folder.resolve(name),
                "{\n\t\"model\": \"a\\/b\",\n\t\"seed\": 5,\t\"prefix\": \"\\ud83d\\ude00 \\u00e9\",\"packing\":true, \"run_name\":null}");
        TrainingRun run = Samples.reader().read(file).get(TrainingRun.class);
        assertThat(run.model()).isEqualTo(Path.of("a/b"));
        assertThat(run.prefix()).isEqualTo("😀 é");
        assertThat(run.packing()).isTrue();
        assertThat(run.runName()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# only a comment\n", "---\n", "null\n", "{}", "\uFEFF"})
    void anEmptyFileGivesDefaults(String text) throws Exception {
        Config config = ConfigReader.of(Smoothing.class).read(write(text));
        assertThat(config.get(Smoothing.class)).isEqualTo(new Smoothing(0, Optional.empty()));
        assertThat(config.given()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            // key | YAML | found | expected | advice
            "learning_rate | fast | the text \"fast\" | a number above 0 | leave it out for the default, 2e-5.",
            "learning_rate | '\"1e-5\"' | the text \"1e-5\" | a number above 0 | Write it without quotes: 1e-5.",
            "learning_rate | 0 | 0 | a number above 0 | Give a number above 0",
            "learning_rate | -1e-5 | -1e-5 | a number above 0 | Give",
            "learning_rate | .nan | .nan | a number above 0 | Give",
            "learning_rate | 1e999 | 1e999 | a number above 0 | Give",
            "learning_rate | true | true | a number above 0 | Give",
            "learning_rate | [1, 2] | a list of 2 | a number above 0 | Give",
            "learning_rate | {peak: 1} | a section with the keys peak | a number above 0 | Give",
            "adam_beta1 | 1 | 1 | a number of at least 0 and below 1 | Give",
            "label_smoothing | 1.5 | 1.5 | a number between 0 and 1 | default, 0.0.",
            "neftune_noise_alpha | -5 | -5 | a number above 0 | or leave it out.",
            "per_device_train_batch_size | 2.5 | 2.5 | a whole number of at least 1 | Give a whole number",
            "per_device_train_batch_size | 0 | 0 | a whole number of at least 1 | Give a whole number",
            "per_device_train_batch_size | 3000000000 | 3000000000 | a whole number that fits into 32 bits | Give",
            "seed | 9223372036854775808 | 9223372036854775808 | a whole number that fits into 64 bits | Give",
            "seed | 012 | 012 | a whole number | Give a whole number",
            "seed | 0x10 | 0x10 | a whole number | Give a whole number",
            "seed | 1_000 | the text \"1_000\" | a whole number | Give a whole number",
            "packing | yes | the text \"yes\" | true or false | Give true or false",
            "packing | '\"true\"' | the text \"true\" | true or false | Write it without quotes: true.",
            "packing | 1 | 1 | true or false | Give true or false",
            "lr_scheduler_type | cosin | the text \"cosin\" | constant, linear, cosine or cosine_with_min_lr | Did you mean cosine?",
            "lr_scheduler_type | zigzag | the text \"zigzag\" | constant, linear, cosine or cosine_with_min_lr | Give",
            "run_name | 2024 | 2024 | a text | Write it in quotes: \"2024\".",
            "run_name | true | true | a text | Write it in quotes: \"true\".",
            "model | '\"\"' | an empty text | a path that is not empty | Give a path",
            "data | '[a, \"\"]' | a list whose entry 2 is an empty text | a list, each entry a path | Give",
            "data | '[a, [b]]' | a list whose entry 2 is a list of 1 | a list, each entry a path | Give",
            "mixture | '[0.5, -1]' | a list whose entry 2 is -1 | a list, each entry a number of at least 0 | Give",
            "mixture | '[0.5, x]' | a list whose entry 2 is the text \"x\" | a list, each entry a number of at least 0 | Give",
            "template_options | 3 | 3 | a section of names with a text each | Give",
            "template_options | '{a: [1]}' | a section whose entry a is a list of 1 | a section of names with a text each | Give",
            "seed | '!secret 3' | a value with the tag !secret | a whole number | Give",
            "seed | '!!binary aGk=' | a value with the tag tag:yaml.org,2002:binary | a whole number | Give"})
    void aWrongValueInYaml(String key, String yaml, String found, String expected, String advice) throws Exception {
        Path file = write((key.equals("model") ? "" : "model: m\n") + "\n" + key + ": " + yaml + "\n");
        Problem problem = onlyProblem(() -> Samples.reader().read(file));
        assertThat(problem.key()).isEqualTo(key);
        assertThat(problem.found()).isEqualTo(found);
        assertThat(problem.expected()).isEqualTo(expected);
        assertThat(problem.where()).isEqualTo(file + ":" + (key.equals("model") ? 2 : 3));
        assertThat(problem.advice()).contains(advice);
        assertThat(problem.text())
                .isEqualTo(key + ": found " + found + ", expected " + expected + " (" + problem.where() + "). "
                        + problem.advice());
    }

    @ParameterizedTest
    @ValueSource(strings = {"&a [*a]", "{{{a: 1}: 2}: 3}", "[[[[1]]]]"})
    void oddNestingUnderAKnownKeyIsAProblem(String yaml) throws Exception {
        Path file = write("model: m\nseed: " + yaml + "\n");
        assertThat(onlyProblem(() -> Samples.reader().read(file)).where()).isEqualTo(file + ":2");
    }

    @Test
    void allMistakesAreReportedAtOnce() throws Exception {
        Path file = write("learning_rat: 1\nseed: x\npacking: 3\nmax_steps: 0\n");
        List<Problem> problems = problems(
                () -> Samples.reader().parse(List.of(file.toString(), "--targts", "a", "b", "--label_smoothing", "2")));
        assertThat(problems).extracting(Problem::key).containsExactlyInAnyOrder("learning_rat", "seed", "packing",
                "max_steps", "targts",
                "label_smoothing", "model");
        assertThat(problems).filteredOn(problem -> problem.key().equals("model")).singleElement()
                .extracting(Problem::text)
                .isEqualTo(
                        "model: found no value, expected a path. Give it as --model or as model: in the configuration file. "
                                + "Folder of the model.");
        assertThatThrownBy(() -> Samples.reader().read(file))
                .hasMessageStartingWith("5 mistakes in the configuration:\n  learning_rat: found "
                        + "an unknown key, expected a key of this command (" + file
                        + ":1). Did you mean learning_rate?\n");
    }

    @Test
    void thirtyUnknownKeysAreAllReportedWithTheirLines() throws Exception {
        StringBuilder yaml = new StringBuilder("model: m\n");
        IntStream.range(0, 30).forEach(i -> yaml.append("unknown").append(i).append(": 1\n"));
        Path file = write(yaml.toString());
        List<Problem> problems = problems(() -> Samples.reader().read(file));
        assertThat(problems).hasSize(30);
        IntStream.range(0, 30).forEach(i -> assertThat(problems.get(i).where()).isEqualTo(file + ":" + (i + 2)));
        assertThatThrownBy(() -> Samples.reader().read(file)).hasMessageContaining("30 mistakes")
                .hasMessageContaining("unknown29");
    }

    @ParameterizedTest
    @CsvSource({"lerning_rate, learning_rate", "learningRate, learning_rate", "learning-rate, learning_rate",
            "laerning_rate, learning_rate", "lrr, learning_rate", "batch_size, per_device_train_batch_size",
            "epochs, num_train_epochs",
            "modle, model", "Seed, seed", "noise, neftune_noise_alpha"})
    void theNearestNameIsSuggested(String written, String meant) throws Exception {
        Path file = write("model: m\n" + written + ": 1\n");
        assertThat(onlyProblem(() -> Samples.reader().read(file)).advice()).isEqualTo("Did you mean " + meant + "?");
    }

    @Test
    void aNestedSectionIsAnUnknownKeyWithAdvice() throws Exception {
        Path file = write("model: m\noptimizer:\n  learning_rate: 1\n  foo: 2\n");
        assertThat(onlyProblem(() -> Samples.reader().read(file)).advice())
                .isEqualTo("Keys are not nested: write learning_rate at the top level.");
    }

    @Test
    void duplicatesNameBothLinesEvenThroughAnAlias() throws Exception {
        Path file = write("model: m\nlr: 1\nseed: 1\nlearning_rate: 2\nseed: 3\nseed: 4\n");
        List<Problem> problems = problems(() -> Samples.reader().read(file));
        assertThat(problems).extracting(Problem::text).containsExactly(
                "learning_rate: found 2 values, 1 and 2, expected one value (" + file + ":2 and " + file
                        + ":4). Keep one of them.",
                "seed: found 3 values, 1 and 3 and 4, expected one value (" + file + ":3 and " + file + ":5 and " + file
                        + ":6). Keep one of them.");
    }

    @Test
    void rulesBetweenComponentsAreReportedTogetherWithTheirPlaces() throws Exception {
        Path file = write("model: m\nmixture: [1, 1, 1, 1]\nmax_steps: 10\n");
        List<Problem> problems = problems(
                () -> Samples.reader().parse(List.of(file.toString(), "--warmup_steps", "11")));
        assertThat(problems).extracting(Problem::text).containsExactly(
                "warmup_steps: found 11, expected at most max_steps (10) (flag --warmup_steps).",
                "mixture: found [1, 1, 1, 1], expected at most 3 shares (" + file + ":2). Merge files.");
    }

    @Test
    void aConstructorThatThrowsIsReportedWithItsWordsAndKeys() throws Exception {
        Path file = write("model: m\ndata: [a, b, c]\n");
        Problem problem = onlyProblem(() -> Samples.reader().read(file));
        assertThat(problem.key()).isEqualTo("data, mixture");
        assertThat(problem.found()).isEqualTo("data = [\"a\", \"b\", \"c\"], mixture = [0.5, 0.5]");
        assertThat(problem.where()).isEqualTo(file + ":2, default");
        assertThat(problem.advice()).isEqualTo("mixture needs one share for each file of data.");
    }

    @Test
    void valuesOfCodeAreCheckedToo() {
        assertThat(ConfigReader.record(Smoothing.class, Map.of("label_smoothing", 0.5)).labelSmoothing())
                .isEqualTo(0.5);
        assertThat(onlyProblem(() -> ConfigReader.record(Smoothing.class, Map.of("label_smoothing", 5))).text())
                .startsWith("label_smoothing: found 5, expected a number between 0 and 1. Give");
        ConfigReader.check(new Smoothing(1, Optional.of(1.0)));
        assertThat(problems(() -> ConfigReader.check(new Smoothing(Double.NaN, Optional.of(0.0)))))
                .extracting(Problem::key)
                .containsExactly("label_smoothing", "neftune_noise_alpha");
    }

    @Test
    void aLaterMistakeKnowsWhereItsValueCameFrom() throws Exception {
        Path file = write("\nmodel: nowhere\n");
        Config config = Samples.reader().read(file);
        assertThat(config.problem("model", "a folder with a config.json", "Check the path.").text())
                .isEqualTo("model: found \"nowhere\", expected a folder with a config.json (" + file
                        + ":2). Check the path.");
        assertThat(config.problem("seed", "x", "").text()).isEqualTo("seed: found 42, expected x (default).");
        assertThat(config.problem("run_name", "x", "").found()).isEqualTo("nothing");
        assertThatThrownBy(() -> config.get(Other.class))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("TrainingRun");
    }

    record Other() {}

    private Path write(String yaml) throws Exception { return Files.writeString(folder.resolve("sft.yaml"), yaml); }

    static List<Problem> problems(ThrowingCallable call) {
        List<Problem> problems = new ArrayList<>();
        assertThatThrownBy(call).isInstanceOfSatisfying(ConfigException.class,
                thrown -> problems.addAll(thrown.problems()));
        return problems;
    }

    static Problem onlyProblem(ThrowingCallable call) {
        List<Problem> problems = problems(call);
        assertThat(problems).hasSize(1);
        return problems.getFirst();
    }
}
