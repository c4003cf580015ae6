package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.config.ConfigException;
import dev.hone.reward.NamedReward;
import dev.hone.reward.RewardFunction;
import dev.hone.reward.Score;
import dev.hone.text.DataException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Methods that imitate or compare a policy's own answers: they learn, go on bit for bit, and say what they cannot use. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class OwnAnswersTest {
    /** The share of tokens with an even id. */
    private static final RewardFunction EVEN = input -> Score
            .of(Arrays.stream(input.completionIds()).filter(id -> id % 2 == 0).count()
                    / (double) input.completionIds().length);

    @TempDir
    Path folder;

    private RunSummary run(String line, String out, RewardFunction reward, BooleanSupplier stop, String... more) {
        String command = line.split(" ")[0];
        List<String> words = new ArrayList<>(List.of("--model", LessonRuns.POLICY.toString(), "--data",
                prompts().toString(), "--out", folder.resolve(out).toString(), "--dtype", "fp32", "--chat_template",
                "none", "--logging_steps", "1", "--samples", "0", "--tensorboard", "false", "--lr_scheduler_type",
                "constant", "--max_completion_length", "6"));
        words.addAll(List.of(line.split(" ")).subList(1, line.split(" ").length));
        words.addAll(List.of(more));
        return Lessons.job(LessonRuns.settings(command, words), new TrainingJob.Surroundings(words,
                new PrintStream(new ByteArrayOutputStream()), stop), List.of(NamedReward.of("own", reward))).run();
    }

    private Path prompts() {
        try {
            return Files.write(folder.resolve("prompts.jsonl"), IntStream.range(0, 8)
                    .mapToObj(i -> "{\"prompt\": \"What is %d plus %d?\"}".formatted(i % 3, i)).toList());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private RunHistory history(String out) { return RunHistory.read(folder.resolve(out).resolve("metrics.jsonl")); }

    private static double mean(double[] values, int from, int to) {
        return Arrays.stream(values, from, to).average().orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"raft --learning_rate 3e-3", "raft --strategy top --learning_rate 3e-3",
            "rft --learning_rate 3e-3", "online-dpo --learning_rate 1e-2",
            "online-dpo --loss_type ipo --beta 0.5 --learning_rate 1e-2", "xpo --learning_rate 1e-2",
            "nash-md --beta 0.01 --learning_rate 1e-2"})
    void rewardRises(String line) {
        RunSummary summary = run(line, "run", EVEN, () -> false, "--max_steps", "24",
                "--per_device_train_batch_size", "32");
        double[] rewards = history("run").curve("reward").ys();
        assertThat(mean(rewards, 19, 24)).as(Arrays.toString(rewards)).isGreaterThan(mean(rewards, 0, 3) + 0.08);
        assertThat(summary.steps()).isEqualTo(24);
    }

    @ParameterizedTest
    @ValueSource(strings = {"raft", "rft --improve_steps 3", "online-dpo", "xpo", "nash-md"})
    void stoppedAndResumedEqualsUnbrokenBitForBit(String line) {
        String[] settings = {"--max_steps", "8", "--learning_rate", "1e-3", "--per_device_train_batch_size", "8",
                "--steps_per_generation", "2", "--num_iterations", line.startsWith("rft") ? "1" : "2"};
        run(line, "whole", EVEN, () -> false, settings);
        AtomicInteger steps = new AtomicInteger();
        RunSummary broken = run(line, "broken", EVEN, () -> steps.incrementAndGet() == 5, settings);
        assertThat(broken.steps()).isEqualTo(5);
        List<String> on = new ArrayList<>(List.of(settings));
        on.addAll(List.of("--resume", "true"));
        run(line, "broken", EVEN, () -> false, on.toArray(String[]::new));
        assertThat(SftJobTest.weights(folder.resolve("broken")))
                .isEqualTo(SftJobTest.weights(folder.resolve("whole")));
        assertThat(history("broken").curve("loss").ys()).isEqualTo(history("whole").curve("loss").ys());
        assertThat(history("broken").curve("reward").ys()).isEqualTo(history("whole").curve("reward").ys());
    }

    @ParameterizedTest
    @ValueSource(strings = {"raft", "raft --strategy top", "rft", "online-dpo", "xpo"})
    void equalRewardsTeachNothing(String line) {
        assertThatThrownBy(() -> run(line, "run", input -> Score.of(1), () -> false, "--max_steps", "2",
                "--per_device_train_batch_size", "8")).isInstanceOf(DataException.class)
                .hasMessageContaining("rewards of every group are equal");
    }

    @ParameterizedTest
    @ValueSource(strings = {"raft", "online-dpo", "nash-md"})
    void rewardsThatSayNothingEndTheRun(String line) {
        assertThatThrownBy(() -> run(line, "run", input -> Score.unusable("no idea"), () -> false, "--max_steps",
                "2", "--per_device_train_batch_size", "8")).isInstanceOf(DataException.class)
                .hasMessageContaining("no idea");
    }

    @Test
    void whatCannotBeComparedIsRefused() {
        assertThatThrownBy(() -> run("raft --num_generations 3", "run", EVEN, () -> false,
                "--per_device_train_batch_size", "8")).isInstanceOf(ConfigException.class)
                .hasMessageContaining("num_generations (3)");
        assertThatThrownBy(() -> run("online-dpo --num_generations 1", "run", EVEN, () -> false))
                .isInstanceOf(ConfigException.class).hasMessageContaining("at least 2");
        assertThatThrownBy(() -> run("online-dpo --loss_type aot", "run", EVEN, () -> false))
                .isInstanceOf(ConfigException.class).hasMessageContaining("loss_type");
    }

    @Test
    void onlyTheBestAnswersAreKept() throws IOException {
        run("raft", "run", EVEN, () -> false, "--max_steps", "1", "--per_device_train_batch_size", "16");
        List<String> lines = Files.readAllLines(folder.resolve("run/rollouts.jsonl"));
        assertThat(lines).hasSize(16);
        for (List<String> group : List.of(lines.subList(0, 8), lines.subList(8, 16))) {
            List<String> kept = group.stream().filter(line -> line.contains("\"kept\":1.0")).toList();
            assertThat(kept).hasSize(1);
            double best = group.stream().mapToDouble(OwnAnswersTest::reward).max().orElseThrow();
            assertThat(reward(kept.getFirst())).isEqualTo(best);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"xpo", "nash-md --mixture_coef 0.5"})
    void answersOfARivalAreWrittenAndMarked(String line) throws IOException {
        run(line, "run", EVEN, () -> false, "--max_steps", "1", "--per_device_train_batch_size", "8");
        List<JsonNode> rows = Files.readAllLines(folder.resolve("run/rollouts.jsonl")).stream()
                .map(CheckpointJson.MAPPER::readTree).toList();
        Map<Boolean, List<JsonNode>> rivals = rows.stream()
                .collect(Collectors.partitioningBy(row -> row.path("by").asString("").equals("rival")));
        assertThat(rivals.get(true)).hasSize(8).isNotEqualTo(rivals.get(false));
        assertThat(rivals.get(false)).hasSize(8).noneMatch(row -> row.has("by"));
        for (int i = 0; i < 8; i++) {
            JsonNode own = rivals.get(false).get(i);
            JsonNode other = rivals.get(true).get(i);
            assertThat(other.get("prompt")).isEqualTo(own.get("prompt"));
            assertThat(other.get("reward").asDouble()).isEqualTo(own.get("rival_reward").asDouble());
        }
        RolloutPicks picks = RolloutPicks.read(folder.resolve("run/rollouts.jsonl")).orElseThrow();
        assertThat(picks.best().getFirst().reward().orElseThrow()).isEqualTo(rivals.get(false).stream()
                .mapToDouble(row -> row.get("reward").asDouble()).max().orElseThrow());
    }

    private static double reward(String line) { return CheckpointJson.MAPPER.readTree(line).get("reward").asDouble(); }
}
