package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.reward.Score;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A run that learns from its own answers, stopped or killed in the middle of a generation, ends as the unbroken one. */
@Timeout(180)
class OnlineResumeTest {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    Path folder;

    private OnlineRuns runs;

    @BeforeEach
    void runs() { runs = OnlineRuns.in(folder); }

    private static List<String> settings(String line, String... more) {
        List<String> settings = new ArrayList<>(List.of(line.split(" ")).subList(1, line.split(" ").length));
        settings.addAll(List.of("--learning_rate", "3e-3", "--steps_per_generation", "2", "--num_iterations", "2"));
        settings.addAll(List.of(more));
        return settings;
    }

    private List<String> words(String out, List<String> settings) {
        return runs.words(out, runs.prompts(), settings.toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource({"grpo --num_generations 4 --beta 0.04 --max_steps 7, 5",
            "grpo --num_generations 4 --max_steps 6 --dynamic_sampling --entropy_coef 0.01, 4",
            "ppo --kl_target 0.5 --max_steps 7, 5", "ppo --critic shared --entropy_coef 0.01 --max_steps 7, 6",
            "rloo --num_generations 2 --max_steps 7, 2",
            // the mask policy is renewed before steps 1 and 9; steps 13 to 16 are drawn by the second
            "nlpo --min_tokens_to_keep 1 --top_mask 0.6 --target_update_iterations 2 --max_steps 15, 6",
            "nlpo --min_tokens_to_keep 1 --top_mask 0.6 --target_update_iterations 2 --max_steps 15, 8",
            "nlpo --min_tokens_to_keep 1 --top_mask 0.6 --target_update_iterations 2 --max_steps 15, 10"})
    void stoppedAndResumedEqualsUnbrokenBitForBit(String line, int stop) {
        String command = line.split(" ")[0];
        runs.run(command, () -> false, OnlineRuns.EVEN, words("whole", settings(line)));
        AtomicInteger steps = new AtomicInteger();
        RunSummary broken = runs.run(command, () -> steps.incrementAndGet() == stop, OnlineRuns.EVEN,
                words("broken", settings(line)));
        assertThat(broken.steps()).isEqualTo(stop);
        runs.run(command, () -> false, OnlineRuns.EVEN, words("broken", settings(line, "--resume", "true")));
        same(command);
    }

    private void same(String command) {
        assertThat(SftJobTest.weights(folder.resolve("broken")))
                .isEqualTo(SftJobTest.weights(folder.resolve("whole")));
        for (String metric : List.of("loss", "grad_norm", "reward", "completions/mean_length")) {
            assertThat(runs.history("broken").curve(metric).ys()).as(metric)
                    .isEqualTo(runs.history("whole").curve(metric).ys());
        }
        Path critic = folder.resolve("whole/critic/model.safetensors");
        if (command.equals("ppo") && Files.exists(critic)) {
            assertThat(folder.resolve("broken/critic/model.safetensors")).hasSameBinaryContentAs(critic);
        }
    }

    @Test
    void rolloutsHoldEveryAnswerOnceWhereARunIsStoppedAndResumed() throws Exception {
        String line = "grpo --num_generations 4 --max_steps 8";
        AtomicInteger steps = new AtomicInteger();
        runs.run("grpo", () -> steps.incrementAndGet() == 3, OnlineRuns.EVEN, words("broken", settings(line)));
        runs.run("grpo", () -> false, OnlineRuns.EVEN, words("broken", settings(line, "--resume", "true")));
        runs.run("grpo", () -> false, OnlineRuns.EVEN, words("whole", settings(line)));
        List<String> lines = Files.readAllLines(folder.resolve("broken/rollouts.jsonl"));
        assertThat(lines).hasSize(2 * 16).isEqualTo(Files.readAllLines(folder.resolve("whole/rollouts.jsonl")));
        JsonNode first = JSON.readTree(lines.getFirst());
        assertThat(first.get("step").asLong()).isEqualTo(1);
        assertThat(first.get("prompt").asString()).startsWith("What is");
        assertThat(first.get("stop").asString()).isIn("length", "end_token");
        assertThat(first.get("rewards").get("own").asDouble()).isEqualTo(first.get("reward").asDouble());
        assertThat(first.get("tokens").asInt()).isBetween(1, 6);
        double sum = 0;
        for (String each : lines.subList(0, 4)) {
            sum += JSON.readTree(each).get("advantage").asDouble();
        }
        assertThat(sum).isCloseTo(0, org.assertj.core.api.Assertions.within(1e-4));
    }

    @Test
    void killedInTheMiddleAndResumedEqualsUnbrokenBitForBit() throws Exception {
        String line = "grpo --num_generations 4 --max_steps 16 --save_steps 3";
        runs.run("grpo", () -> false, OnlineRuns.EVEN, words("whole", settings(line)));
        List<String> words = words("broken", settings(line));
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java")
                .toString(), "-cp", System.getProperty("java.class.path"), "-Dhone.threads=1",
                "--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector", Child.class.getName(),
                folder.toString()));
        command.addAll(words);
        Process child = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(folder.resolve("child.log").toFile()).start();
        while (child.isAlive() && !Files.exists(folder.resolve("broken/checkpoint-6"))) {
            Thread.sleep(20);
        }
        child.destroyForcibly();
        assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(new CheckpointFolder(folder.resolve("broken"), warning -> {}).steps())
                .as("what the child left; its log: %s", Files.readString(folder.resolve("child.log"))).isNotEmpty();
        Path log = folder.resolve("broken/rollouts.jsonl");
        Files.writeString(log, Files.readString(log) + "{\"step\": 7, \"prompt\": \"torn");
        runs.run("grpo", () -> false, OnlineRuns.EVEN, words("broken", settings(line, "--resume", "true")));
        assertThat(SftJobTest.weights(folder.resolve("broken")))
                .isEqualTo(SftJobTest.weights(folder.resolve("whole")));
        for (String each : Files.readAllLines(log)) {
            assertThat(JSON.readTree(each).has("completion")).as(each).isTrue();
        }
    }

    /** The run that is killed; its reward takes a while, so that the kill comes in the middle. */
    static final class Child {
        public static void main(String[] args) {
            OnlineRuns.in(Path.of(args[0])).run("grpo", () -> false, input -> {
                try {
                    Thread.sleep(10);
                } catch (InterruptedException e) {
                    return Score.unusable("interrupted");
                }
                return OnlineRuns.EVEN.score(input);
            }, List.of(args).subList(1, args.length));
        }
    }
}
