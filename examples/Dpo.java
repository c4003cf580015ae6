import dev.hone.train.BeforeAfter;
import dev.hone.train.JobSettings;
import dev.hone.train.Lessons;
import dev.hone.train.RunSummary;
import dev.hone.train.TrainingJob;
import java.util.List;
import java.util.Map;

/**
 * Direct preference optimisation from code: settings by their keys, a job, a summary. The model learns to prefer the better
 * answer of each pair while it is held near to what it was. The keys are those of {@code hone dpo}; with another name in
 * place of dpo ({@code simpo}, {@code orpo}, {@code kto} …) it is that method, with its own keys.
 *
 * <p>Leaves out: a model of use, pairs held out, and the fine-tuning that comes first by rights ({@code hone sft}). It teaches
 * the pairs in capital-pairs.jsonl to the project's test model, which knows nothing, so {@code rpo_alpha} has it learn the
 * better answers as well: the loss alone only drives the two answers of a pair apart.
 *
 * <p>Run it (./hone doctor builds what is missing; Java is a JDK 25):
 *
 * <pre>
 * ./hone doctor
 * java --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -cp "$(cat cli/target/classpath)" \
 *     examples/Dpo.java testkit/src/main/resources/golden/runs/init examples/capital-pairs.jsonl runs/dpo
 * </pre>
 *
 * Last lines:
 *
 * <pre>
 * FINISHED after 200 steps, rewards/margins 6.09
 * What is the capital of France? → Paris, before: )))))))))))))))))))))))))))))))))))))))))))))))))
 * </pre>
 */
public final class Dpo {
    private Dpo() {}

    public static void main(String[] args) {
        if (args.length != 3) {
            System.err.println("found " + args.length + " words, expected three: a model folder, a file of pairs, and"
                    + " a folder for the run");
            System.exit(2);
        }
        JobSettings settings = Lessons.settings("dpo", Map.of("model", args[0], "data", List.of(args[1]), "out",
                args[2], "chat_template", "chatml", "num_train_epochs", 100, "learning_rate", 5e-3,
                "rpo_alpha", 1, "lr_scheduler_type", "cosine"));
        RunSummary summary = Lessons.job(settings, TrainingJob.Surroundings.program()).run();
        System.out.printf("%s after %d steps, rewards/margins %.2f%n", summary.end(), summary.steps(),
                summary.metrics().get("rewards/margins"));
        for (BeforeAfter sample : summary.samples()) {
            System.out.println(
                    sample.prompt() + " → " + sample.after() + ", before: " + sample.before().replace('\n', ' '));
        }
        System.out.println("model in " + summary.model() + ", page about the run in " + summary.report());
    }
}
