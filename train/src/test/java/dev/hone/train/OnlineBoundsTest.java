package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.reward.NamedReward;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds a policy back while it learns from rewards: costs, demonstrations, trust regions, limits. */
class OnlineBoundsTest {
    /** Half of what earns also costs. */
    private static final NamedReward EVEN = BoundedRuns.share("even", id -> id % 2 == 0);
    private static final NamedReward FOURTH = BoundedRuns.share("fourth", id -> id % 4 == 0);
    private static final double THRESHOLD = 0.15;
    private static final int STEPS = 40;
    private static final String[] LEARN = {"--max_steps", String.valueOf(STEPS), "--learning_rate", "1e-2",
            "--num_iterations", "2", "--kl_coef", "0", "--save_steps", "0"};

    @TempDir
    Path folder;

    private BoundedRuns runs;

    @BeforeEach
    void runs() { runs = BoundedRuns.in(folder); }

    private static String[] with(String[] settings, String... more) {
        return java.util.stream.Stream.concat(java.util.Arrays.stream(settings), java.util.Arrays.stream(more))
                .toArray(String[]::new);
    }

    private void bounded(String out, String... more) {
        runs.run("ppo-lag", () -> false, runs.words(out, with(LEARN, more)), EVEN, List.of(FOURTH));
    }

    @Test
    void costsStayBelowTheirBoundWhileRewardsRise() {
        bounded("bound", "--threshold", String.valueOf(THRESHOLD), "--lambda_lr", "1", "--lambda_init", "1",
                "--episode_cost_window_size", "64");
        bounded("free", "--cost_penalty", "0");
        bounded("priced", "--cost_penalty", "3");
        double[] costs = runs.metric("bound", "cost");
        double[] rewards = runs.metric("bound", "reward");
        assertThat(BoundedRuns.mean(costs, STEPS - 8, STEPS)).isLessThan(THRESHOLD);
        assertThat(BoundedRuns.mean(rewards, STEPS - 8, STEPS))
                .isGreaterThan(BoundedRuns.mean(rewards, 0, 4) + 0.05);
        assertThat(BoundedRuns.mean(runs.metric("free", "cost"), STEPS - 8, STEPS)).isGreaterThan(THRESHOLD + 0.05);
        assertThat(BoundedRuns.mean(runs.metric("priced", "cost"), STEPS - 8, STEPS)).isLessThan(THRESHOLD);
        assertThat(runs.metric("bound", "train/episode_cost")).hasSize(STEPS);
        assertThat(runs.runs().history("free").names()).doesNotContain("train/lambda", "loss/cost_value_avg");
        assertThat(runs.runs().history("bound").names()).contains("loss/cost_value_avg");
    }

    @Test
    void stoppedInsideOfAGenerationAndResumedEqualsAnUnbrokenRun() {
        String[] settings = {"--max_steps", "5", "--learning_rate", "1e-3", "--num_iterations", "2",
                "--per_device_train_batch_size", "8", "--kl_coef", "0.05", "--kl_target", "1", "--ptx_data",
                runs.demonstrations().toString(), "--generation_kl_limit", "10", "--scale_rewards_running", "true"};
        runs.run("ppo-lag", () -> false, runs.words("whole", settings), EVEN, List.of(FOURTH));
        int[] polled = {0};
        runs.run("ppo-lag", () -> ++polled[0] == 3, runs.words("broken", settings), EVEN, List.of(FOURTH));
        runs.run("ppo-lag", () -> false, runs.words("broken", with(settings, "--resume")), EVEN, List.of(FOURTH));
        assertThat(SftJobTest.weights(folder.resolve("broken")))
                .isEqualTo(SftJobTest.weights(folder.resolve("whole")));
        for (String metric : List.of("train/lambda", "ptx_loss", "objective/kl_coef", "cost")) {
            assertThat(runs.metric("broken", metric)).as(metric).isEqualTo(runs.metric("whole", metric));
        }
    }

    @Test
    void demonstrationsAreLearnedBesideRewards() {
        runs.run("reinforce", "mixed", EVEN, "--max_steps", "20", "--learning_rate", "5e-3", "--kl_coef", "0",
                "--save_steps", "0", "--ptx_data", runs.demonstrations().toString(), "--ptx_coef", "0.5",
                "--ptx_batch_size", "6");
        double[] losses = runs.metric("mixed", "ptx_loss");
        assertThat(losses).hasSize(20);
        assertThat(BoundedRuns.mean(losses, 16, 20)).isLessThan(BoundedRuns.mean(losses, 0, 2) - 1);
    }

    @Test
    void aTrustRegionIsNeverLeftAndRewardsRise() {
        runs.run("trpo", "trust", EVEN, "--max_steps", "12", "--learning_rate", "3e-3", "--kl_coef", "0",
                "--save_steps", "0", "--target_kl", "0.05", "--cg_max_steps", "5", "--cg_damping", "1",
                "--per_device_train_batch_size", "96");
        double[] reached = runs.metric("trust", "policy/step_kl");
        double[] rewards = runs.metric("trust", "reward");
        assertThat(reached).hasSize(12);
        assertThat(java.util.Arrays.stream(reached).boxed()).allMatch(kl -> kl >= 0 && kl < 0.05);
        assertThat(reached[0]).isGreaterThan(0.002);
        assertThat(BoundedRuns.mean(rewards, 9, 12)).isGreaterThan(BoundedRuns.mean(rewards, 0, 2) + 0.05);
    }

    @Test
    void aRunThatGoesTooFarGoesBackAndEnds() {
        RunSummary summary = runs.run("ppo", "far", EVEN, "--max_steps", "30", "--learning_rate", "2e-2", "--kl_coef",
                "0.001", "--kl_limit", "2", "--save_steps", "1", "--save_total_limit", "50");
        assertThat(summary.end()).isEqualTo(RunLoop.End.ROLLED_BACK);
        double[] distances = runs.metric("far", "objective/kl");
        assertThat(java.util.Arrays.stream(distances).boxed()).allMatch(kl -> kl <= 2);
        assertThat(distances.length).isGreaterThan((int) summary.steps()).isLessThan(30);
        try (CheckpointStore store = CheckpointStore.open(folder.resolve("far"), 50, warning -> {});
                Checkpoint kept = store.goodUpTo(summary.steps()).orElseThrow()) {
            assertThat(kept.state().step()).isEqualTo(summary.steps());
            assertThat(kept.model().data("model.norm.weight").mismatch(model("far").data("model.norm.weight")))
                    .isEqualTo(-1);
        }
        assertThat(runs.runs().told().toString()).contains("the run ends: after step ", "kl_limit (2.00)",
                "back to the weights after step " + summary.steps());
    }

    private dev.hone.tensor.SafetensorsFile model(String out) {
        return dev.hone.tensor.SafetensorsFile.open(folder.resolve(out).resolve("model/model.safetensors"));
    }

    @Test
    void answersThatThePolicyHasLeftBehindAreNotLearnedFrom() {
        runs.run("ppo", "left", EVEN, "--max_steps", "4", "--learning_rate", "2e-2", "--kl_coef", "0",
                "--num_iterations", "4", "--generation_kl_limit", "1e-3", "--save_steps", "1", "--save_total_limit",
                "9");
        assertThat(runs.metric("left", "policy/left_out")).hasSize(3);
        assertThat(runs.metric("left", "grad_norm")[0]).isPositive();
        assertThat(runs.metric("left", "grad_norm")).endsWith(0, 0, 0);
    }
}
