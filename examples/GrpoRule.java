import dev.hone.reward.NamedReward;
import dev.hone.reward.Score;
import dev.hone.train.JobSettings;
import dev.hone.train.Lessons;
import dev.hone.train.RunSummary;
import dev.hone.train.TrainingJob;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A reward that is a Java lambda, and a model that learns to earn it by comparing eight answers to each prompt (GRPO). The
 * keys are those of {@code hone grpo}; rewards of the program come beside those that settings name.
 *
 * <p>Leaves out: a reward of use. This one is the share of vowels among the letters of an answer, which even the project's test
 * model of 25,000 numbers can earn; a real one compares the answer with a column of the row
 * ({@code input.facts().get("answer")}), runs tests, or asks a service.
 *
 * <p>Run it (./hone doctor builds what is missing; Java is a JDK 25):
 *
 * <pre>
 * ./hone doctor
 * java --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -cp "$(cat cli/target/classpath)" \
 *     examples/GrpoRule.java testkit/src/main/resources/golden/runs/init examples/capitals.jsonl runs/vowels
 * </pre>
 *
 * Last lines:
 *
 * <pre>
 * FINISHED after 20 steps, reward 0.460
 * every answer in runs/vowels/rollouts.jsonl, page in runs/vowels/report.html
 * </pre>
 */
public final class GrpoRule {
    private GrpoRule() {}

    public static void main(String[] args) {
        if (args.length != 3) {
            System.err.println("found " + args.length + " words, expected three: a model folder, a file of prompts, and"
                    + " a folder for the run");
            System.exit(2);
        }
        NamedReward vowels = NamedReward.of("vowels", input -> {
            long letters = input.completion().chars().filter(Character::isLetter).count();
            long found = input.completion().chars().filter(c -> "aeiou".indexOf(c) >= 0).count();
            return Score.of((double) found / Math.max(1, letters));
        });
        JobSettings settings = Lessons.settings("grpo", Map.of("model", args[0], "data", List.of(args[1]), "out",
                args[2], "chat_template", "chatml", "max_steps", 20, "per_device_train_batch_size", 32,
                "max_completion_length", 12, "learning_rate", 1e-2, "samples", 0));
        RunSummary summary = Lessons.job(settings, TrainingJob.Surroundings.program(), List.of(vowels)).run();
        System.out.printf("%s after %d steps, reward %.3f%n", summary.end(), summary.steps(),
                summary.metrics().get("reward"));
        System.out.println("every answer in " + Path.of(args[2], "rollouts.jsonl") + ", page in " + summary.report());
    }
}
