package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.objective.Objectives;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every method that learns from rewards raises a simple one, and tells what it does on the way. */
class OnlineLearningTest {
    @TempDir
    Path folder;

    private static double mean(double[] values, int from, int to) {
        return Arrays.stream(values, from, to).average().orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"grpo --num_generations 4", "gmpo --num_generations 4 --num_iterations 2",
            "rloo --num_generations 4", "reinforce", "reinforce++ --steps_per_generation 2 --num_iterations 2",
            "ppo --num_iterations 2", "ppo --critic shared", "a2c",
            "nlpo --num_iterations 2 --min_tokens_to_keep 1 --target_update_iterations 3"})
    void theRewardRises(String line) {
        OnlineRuns runs = OnlineRuns.in(folder);
        Stream<String> own = Arrays.stream(line.split(" ")).skip(1);
        Stream<String> all = Stream.of("--max_steps", "30", "--learning_rate", "1e-2", "--lr_scheduler_type",
                "constant", "--per_device_train_batch_size", "16", "--save_steps", "0");
        RunSummary summary = runs.run(line.split(" ")[0], "run", Stream.concat(own, all).toArray(String[]::new));
        double[] rewards = runs.history("run").curve("reward").ys();
        assertThat(mean(rewards, 25, 30)).as("%s: %s", line, Arrays.toString(rewards))
                .isGreaterThan(mean(rewards, 0, 3) + 0.15);
        assertThat(summary.metrics()).containsKeys("loss", "grad_norm", "reward", "reward_std", "rewards/own/mean",
                "completions/mean_length", "completions/clipped_ratio",
                "sampling/sampling_logp_difference/mean", "time/rollout", "time/reward", "time/experience");
        assertThat(runs.history("run").curve("sampling/sampling_logp_difference/mean").ys()[0]).isLessThan(1e-4);
    }

    static List<String> online() {
        Set<String> later = Set.of("ppo-lag", "trpo", "raft", "rft", "online-dpo", "xpo", "nash-md");
        return Objectives.online().stream().map(Objectives.Entry::name).filter(name -> !later.contains(name)).toList();
    }

    @ParameterizedTest
    @MethodSource("online")
    void theFirstStepStandsAtThePolicyAndItsReference(String command) {
        OnlineRuns runs = OnlineRuns.in(folder);
        Stream<String> beta = command.equals("grpo") ? Stream.of("--beta", "0.1") : Stream.of();
        runs.run(command, "run", Stream.concat(beta, Stream.of("--max_steps", "1")).toArray(String[]::new));
        RunHistory history = runs.history("run");
        history.last("val/ratio").ifPresent(ratio -> assertThat(ratio).isEqualTo(1));
        history.last("policy/approxkl_avg").ifPresent(moved -> assertThat(moved).isZero());
        history.last("clip_ratio/region_mean").ifPresent(clipped -> assertThat(clipped).isZero());
        history.last("kl").ifPresent(kl -> assertThat(kl).isBetween(0.0, 1e-10));
        history.last("objective/kl").ifPresent(kl -> assertThat(Math.abs(kl)).isLessThan(1e-4));
    }

    /** With fewer prompts than a generation takes, one comes twice, and is answered differently. */
    @Test
    void aPromptThatComesTwiceInAGenerationHasAnswersOfItsOwn() throws java.io.IOException {
        OnlineRuns runs = OnlineRuns.in(folder);
        Path one = runs.write("one", List.of("{\"prompt\": \"Only this?\"}"));
        runs.run("reinforce", () -> false, OnlineRuns.EVEN, runs.words("run", one, "--max_steps", "1"));
        List<String> lines = java.nio.file.Files.readAllLines(folder.resolve("run/rollouts.jsonl"));
        assertThat(lines).hasSize(8);
        assertThat(Set.copyOf(lines)).hasSize(8);
    }

    @Test
    void thePriceOfDistanceHoldsThePolicyNearItsReference() {
        OnlineRuns runs = OnlineRuns.in(folder);
        for (String coefficient : List.of("0.001", "2")) {
            runs.run("rloo", "kl" + coefficient, "--num_generations", "4", "--kl_coef", coefficient, "--max_steps",
                    "30", "--learning_rate", "5e-3", "--per_device_train_batch_size", "16", "--save_steps", "0",
                    "--lr_scheduler_type", "constant");
        }
        double[] free = runs.history("kl0.001").curve("objective/kl").ys();
        double[] held = runs.history("kl2").curve("objective/kl").ys();
        assertThat(mean(held, 20, 30)).isLessThan(0.5 * mean(free, 20, 30));
    }
}
