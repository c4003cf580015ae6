package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.config.ConfigException;
import dev.hone.model.HeadOptions;
import dev.hone.model.ModelException;
import dev.hone.model.ModelFolder;
import dev.hone.model.RewardModel;
import dev.hone.reward.RewardFunction;
import dev.hone.reward.Score;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.text.DataException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user can get wrong when a policy learns from rewards, and rewards that fail: told in words, and nothing is lost. */
@Timeout(120)
class OnlineMistakesTest {
    @TempDir
    Path folder;

    private OnlineRuns runs;

    @BeforeEach
    void runs() { runs = OnlineRuns.in(folder); }

    private RunSummary grpo(RewardFunction reward, String... settings) {
        List<String> words = new ArrayList<>(List.of(settings));
        words.addAll(List.of("--num_generations", "4", "--max_steps", "3", "--learning_rate", "1e-3"));
        return runs.run("grpo", () -> false, reward, runs.words("run", runs.prompts(), words.toArray(String[]::new)));
    }

    private void finite() {
        assertThat(runs.history("run").curve("loss").ys()).hasSize(3);
        assertThat(java.util.Arrays.stream(runs.history("run").curve("loss").ys()).allMatch(Double::isFinite))
                .isTrue();
    }

    @Test
    void rewardsThatAreAllEqualMoveNothing() {
        grpo(input -> Score.of(1));
        finite();
        assertThat(runs.history("run").curve("grad_norm").ys()).containsOnly(0.0);
        assertThat(runs.history("run").curve("frac_reward_zero_std").ys()).containsOnly(1.0);
    }

    @ParameterizedTest
    @CsvSource({"nan, the score is NaN", "infinite, the score is Infinity", "throws, IllegalStateException",
            "null, null"})
    void oneAnswerThatCannotBeJudgedIsLeftOut(String kind, String reason) {
        AtomicInteger calls = new AtomicInteger();
        grpo(input -> input.sample() != 1 ? OnlineRuns.EVEN.score(input) : switch (kind) {
            case "nan" -> Score.of(Double.NaN);
            case "infinite" -> Score.of(Double.POSITIVE_INFINITY);
            case "throws" -> throw new IllegalStateException("broken " + calls.incrementAndGet() * 0);
            default -> nothing();
        });
        finite();
        assertThat(runs.history("run").curve("rewards/own/unusable").ys()).containsOnly(2.0);
        assertThat(runs.history("run").curve("grad_norm").ys()[0]).isPositive();
        assertThat(folder.resolve("run/rollouts.jsonl")).content().contains("unusable: ");
    }

    @SuppressWarnings({"NullAway", "DataFlowIssue"}) // a mistake of the program's
    private static Score nothing() { return null; }

    @Test
    void oneAnswerThatHangsIsLeftOut() {
        grpo(input -> {
            if (input.sample() == 1) {
                try {
                    Thread.sleep(60_000);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return OnlineRuns.EVEN.score(input);
        }, "--reward_timeout", "0.3");
        finite();
        assertThat(runs.history("run").curve("rewards/own/unusable").ys()).containsOnly(2.0);
    }

    @Test
    void aRewardThatJudgesNothingEndsTheRunAndKeepsWhatWasLearned() {
        AtomicInteger asked = new AtomicInteger();
        assertThatThrownBy(() -> grpo(input -> asked.incrementAndGet() > 16
                ? Score.unusable("the service is down")
                : OnlineRuns.EVEN.score(input), "--save_steps", "1")).isInstanceOf(DataException.class)
                .hasMessageContaining("8 tries").hasMessageContaining("the service is down")
                .hasMessageContaining("own").hasMessageContaining("intact");
        assertThat(asked.get()).isEqualTo(16 + 8 * 8);
        assertThat(new CheckpointFolder(folder.resolve("run"), warning -> {}).steps()).contains(2L);
        List<String> words = runs.words("run", runs.prompts(), "--num_generations", "4", "--max_steps", "3",
                "--learning_rate", "1e-3", "--save_steps", "1", "--resume", "true");
        assertThat(runs.run("grpo", () -> false, OnlineRuns.EVEN, words).steps()).isEqualTo(3);
    }

    @Test
    void groupsThatTeachNothingEndTheRunWhereOnlyOthersAreWanted() {
        assertThatThrownBy(() -> grpo(input -> Score.of(1), "--dynamic_sampling")).isInstanceOf(DataException.class)
                .hasMessageContaining("all rewards of every group are equal");
    }

    @Test
    void aPromptThatIsTooLongIsToldWithItsLine() {
        Path data = runs.write("long", List.of("{\"prompt\": \"Short?\"}",
                "{\"prompt\": \"%s\"}".formatted("word ".repeat(50))));
        assertThatThrownBy(() -> runs.run("grpo", () -> false, OnlineRuns.EVEN, runs.words("run", data,
                "--max_length", "20"))).isInstanceOf(DataException.class).hasMessageContaining("long.jsonl, line 2")
                .hasMessageContaining("max_length 20").hasMessageContaining("skip_bad_rows");
        runs.run("grpo", () -> false, OnlineRuns.EVEN, runs.words("run", data, "--max_length", "20",
                "--skip_bad_rows", "true", "--max_steps", "1"));
        assertThat(runs.told().toString()).contains("1 rows were left out");
    }

    @Test
    void dataWithoutPromptsIsToldWithItsLine() {
        Path data = runs.write("none", List.of("{\"label\": 3}"));
        assertThatThrownBy(() -> runs.run("grpo", () -> false, OnlineRuns.EVEN, runs.words("run", data)))
                .isInstanceOf(DataException.class).hasMessageContaining("none.jsonl")
                .hasMessageContaining("prompt");
        Path empty = runs.write("empty", List.of());
        assertThatThrownBy(() -> runs.run("grpo", () -> false, OnlineRuns.EVEN, runs.words("run", empty)))
                .isInstanceOf(DataException.class).hasMessageContaining("empty.jsonl");
    }

    private void refused(String command, String line, String... words) {
        List<String> settings = new ArrayList<>(line.isEmpty() ? List.of() : List.of(line.split(" ")));
        assertThatThrownBy(() -> runs.run(command, () -> false, OnlineRuns.EVEN,
                runs.words("run", runs.prompts(), settings.toArray(String[]::new)))).as(line)
                .isInstanceOf(ConfigException.class).hasMessageContainingAll(words);
        assertThat(folder.resolve("run/model")).doesNotExist();
    }

    @Test
    void settingsThatDoNotFitAreToldBeforeAModelIsRead() {
        refused("grpo", "--num_generations 3", "per_device_train_batch_size", "num_generations (3)");
        refused("grpo", "--num_generations 1", "num_generations", "at least 2");
        refused("rloo", "--num_generations 1", "num_generations", "at least 2");
        refused("grpo", "--min_new_tokens 9", "min_new_tokens", "max_completion_length (6)");
        refused("grpo", "--reward nummeric_match", "nummeric_match", "numeric_match");
        refused("ppo", "--dynamic_sampling", "dynamic_sampling");
        refused("nlpo", "--top_mask 0 --min_tokens_to_keep 0 --target_update_iterations 0", "top_mask",
                "min_tokens_to_keep", "target_update_iterations");
        refused("nlpo", "--top_mask 1.5", "top_mask", "1.5");
        refused("ppo", "--top_mask 0.5", "top_mask");
        refused("grpo", "--max_length 6", "max_length", "more than max_completion_length (6)");
    }

    @Test
    void allMistakesInSettingsAreToldAtOnce() {
        refused("grpo", "--temperature 0 --reward_timeout -1 --epsilon 2 --num_iterations 0", "temperature",
                "reward_timeout", "epsilon", "num_iterations");
        refused("grpo", "--num_generations 0 --min_new_tokens 9", "num_generations", "min_new_tokens");
        refused("grpo", "--num_generations 3 --max_length 6 --packing true --reward nummeric_match",
                "num_generations (3)", "max_length", "packing", "nummeric_match");
        refused("raft", "--num_generations 3 --packing true --reward nummeric_match", "num_generations (3)", "packing",
                "nummeric_match");
        refused("online-dpo", "--num_generations 1 --packing true --reward nummeric_match --loss_type aot",
                "num_generations", "packing", "nummeric_match", "loss_type");
        refused("ppo-lag", "--num_generations 3 --packing true --reward nummeric_match", "num_generations (3)",
                "packing", "nummeric_match", "cost");
    }

    @Test
    void aRunWithoutARewardIsRefused() {
        List<String> words = runs.words("run", runs.prompts());
        assertThatThrownBy(() -> Lessons.job(LessonRuns.settings("grpo", words),
                new TrainingJob.Surroundings(words, new PrintStream(runs.told(), true), () -> false)).run())
                .isInstanceOf(ConfigException.class).hasMessageContaining("reward")
                .hasMessageContaining("numeric_match");
    }

    private Path scorer(String name, int seed) {
        Path start = LessonRuns.in(folder).withTokenizer(LessonRuns.POLICY);
        Path place = folder.resolve(name);
        try (RewardModel model = RewardModel.start(start, HeadOptions.reward(seed), DType.FLOAT32, Device.CPU)) {
            ModelFolder.save(model, place, ModelFolder.Format.of(DType.FLOAT32));
            for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
                java.nio.file.Files.copy(start.resolve(file), place.resolve(file));
            }
            return place;
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aRewardModelThatOrdersPairsWronglyTeachesNothing() {
        Path model = scorer("scorer", 3);
        Path pairs = runs.write("pairs", List.of(
                "{\"prompt\": \"Say it\", \"chosen\": \"same\", \"rejected\": \"same\"}",
                "{\"prompt\": \"Say it\", \"chosen\": \"one\", \"rejected\": \"other\"}",
                "{\"prompt\": \"Say it\", \"chosen\": \"other\", \"rejected\": \"one\"}"));
        assertThatThrownBy(() -> runs.run("grpo", () -> false, OnlineRuns.EVEN, runs.words("run", runs.prompts(),
                "--reward_model", model.toString(), "--gate_data", pairs.toString())))
                .isInstanceOf(ModelException.class).hasMessageContaining("gate_accuracy");
        assertThat(folder.resolve("run/model")).doesNotExist();
        refused("grpo", "--gate_data " + pairs, "gate_data", "reward_model");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--ref_model", "--value_model"})
    void aSecondModelOfAnotherVocabularyIsTold(String key) {
        Path other = dev.hone.testkit.Golden.path("models", "llama");
        assertThatThrownBy(() -> runs.run("ppo", () -> false, OnlineRuns.EVEN, runs.words("run", runs.prompts(), key,
                other.toString(), "--max_steps", "1"))).isInstanceOf(ModelException.class)
                .hasMessageContaining("expected");
    }
}
