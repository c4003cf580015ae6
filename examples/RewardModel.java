import dev.hone.train.BeforeAfter;
import dev.hone.train.JobSettings;
import dev.hone.train.Lessons;
import dev.hone.train.RunSummary;
import dev.hone.train.TrainingJob;
import java.util.List;
import java.util.Map;

/**
 * A reward model from code: settings by their keys, a job, and scores. It starts from a language model, gets a head with one
 * score, and learns from pairs of answers which is the better one. The keys are those of {@code hone reward}.
 *
 * <p>Leaves out: a model of use. It learns the pairs in capital-pairs.jsonl by heart, in which every answer is right once and
 * wrong once. With nothing held out its accuracy says only that it learned; {@code eval_split} holds pairs out, and
 * {@code hone score --reward} judges them beside rules that read nothing.
 *
 * <p>Run it (./hone doctor builds what is missing; Java is a JDK 25):
 *
 * <pre>
 * ./hone doctor
 * java --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -cp "$(cat cli/target/classpath)" \
 *     examples/RewardModel.java testkit/src/main/resources/golden/runs/init examples/capital-pairs.jsonl runs/reward
 * </pre>
 *
 * Last lines:
 *
 * <pre>
 * FINISHED after 100 steps, accuracy 1.00, margin 8.53
 * 4.472 for chosen: user What is the capital of France? assistant Paris
 * -4.803 for rejected: user What is the capital of France? assistant Rome
 * </pre>
 */
public final class RewardModel {
    private RewardModel() {}

    public static void main(String[] args) {
        if (args.length != 3) {
            System.err.println("found " + args.length + " words, expected three: a model folder, a file of pairs, and"
                    + " a folder for the run");
            System.exit(2);
        }
        JobSettings settings = Lessons.settings("reward", Map.of("model", args[0], "data", List.of(args[1]), "out",
                args[2], "chat_template", "chatml", "num_train_epochs", 50, "learning_rate", 5e-3));
        RunSummary summary = Lessons.job(settings, TrainingJob.Surroundings.program()).run();
        System.out.printf("%s after %d steps, accuracy %.2f, margin %.2f%n", summary.end(), summary.steps(),
                summary.metrics().get("accuracy"), summary.metrics().get("margin"));
        for (BeforeAfter sample : summary.samples()) {
            System.out.println(sample.after() + " for " + sample.prompt().replace('\n', ' '));
        }
        System.out.println("model in " + summary.model() + ", page about the run in " + summary.report());
    }
}
