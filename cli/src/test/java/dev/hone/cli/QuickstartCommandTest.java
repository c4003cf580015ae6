package dev.hone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A quickstart of the smallest size: every run is done and told; how well it learns is not to be seen at this size. */
class QuickstartCommandTest {
    @TempDir
    Path folder;

    @Test
    void goesTheWholeWayAndLeavesEveryRun() throws IOException {
        Cli cli = Cli.run("quickstart", "--out", folder.toString(), "--documents", "40", "--instructions", "60",
                "--pairs", "30", "--epochs", "1", "--width", "32", "--layers", "1", "--reward_steps", "3");
        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.err()).contains("1. Pre-training", "2. Fine-tuning", "4. A reward model", "5. Preferring",
                "6. Learning from the reward",
                "Done in");
        assertThat(cli.out()).contains("right answers on 152 held-out questions", "95 % interval", "longer wins",
                "rewards/margins 0 before", "right answer's log-probability", "Mean reward of its answers");
        for (String run : List.of("pretraining", "sft", "reward", "dpo", "ppo")) {
            assertThat(folder.resolve(run).resolve("report.html")).isNotEmptyFile();
            assertThat(folder.resolve(run).resolve("model/config.json")).isNotEmptyFile();
        }
        assertThat(Files.readAllLines(folder.resolve("data/pairs.jsonl"))).hasSize(30);
        int heldOut = Files.readAllLines(folder.resolve("data/held-out-pairs.jsonl")).size();
        assertThat(heldOut).isGreaterThan(130);
        assertThat(Files.readAllLines(folder.resolve("reward/scores.jsonl"))).hasSize(heldOut);
    }
}
