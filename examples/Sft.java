import dev.hone.config.ConfigReader;
import dev.hone.train.AdapterSettings;
import dev.hone.train.BeforeAfter;
import dev.hone.train.DataSettings;
import dev.hone.train.LearningSettings;
import dev.hone.train.ModelSettings;
import dev.hone.train.RunSettings;
import dev.hone.train.RunSummary;
import dev.hone.train.SftJob;
import dev.hone.train.TrainingJob;
import dev.hone.train.TrainingSettings;
import java.util.List;
import java.util.Map;

/**
 * Supervised fine-tuning from code: settings as records, a job, a summary. The records are those of {@code hone sft}, so
 * every key of docs/settings.md can be given here; what is left out has its default.
 *
 * <p>Leaves out: a model of use. It teaches the capitals in capitals.jsonl to the project's test model, which is so small
 * (25,000 numbers) that it can only learn them by heart. Nothing is held out either; {@code eval_split} would do it.
 *
 * <p>Run it (./hone doctor builds what is missing; Java is a JDK 25):
 *
 * <pre>
 * ./hone doctor
 * java --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -cp "$(cat cli/target/classpath)" \
 *     examples/Sft.java testkit/src/main/resources/golden/runs/init examples/capitals.jsonl runs/capitals
 * </pre>
 *
 * Last lines (4 seconds on one core):
 *
 * <pre>
 * FINISHED after 200 steps, loss 0.0288
 * What is the capital of France? → Paris
 * What is the capital of Poland? → Warsaw
 * What is the capital of Ireland? → Dublin
 * model in runs/capitals/model, page about the run in runs/capitals/report.html
 * </pre>
 */
public final class Sft {
    private Sft() {}

    public static void main(String[] args) {
        if (args.length != 3) {
            System.err.println("found " + args.length + " words, expected three: a model folder, a file of rows, and"
                    + " a folder for the run");
            System.exit(2);
        }
        SftJob.Settings settings = new SftJob.Settings(
                ConfigReader.record(ModelSettings.class, Map.of("model", args[0])),
                ConfigReader.record(DataSettings.class, Map.of("data", List.of(args[1]), "chat_template", "chatml")),
                ConfigReader.record(TrainingSettings.class, Map.of("num_train_epochs", 100)),
                ConfigReader.record(LearningSettings.class,
                        Map.of("learning_rate", 5e-3, "lr_scheduler_type", "cosine")),
                ConfigReader.record(AdapterSettings.class, Map.of()),
                ConfigReader.record(dev.hone.objective.Sft.class, Map.of()),
                ConfigReader.record(RunSettings.class, Map.of("out", args[2])));
        RunSummary summary = new SftJob(settings, TrainingJob.Surroundings.program()).run();
        System.out.printf("%s after %d steps, loss %.4f%n", summary.end(), summary.steps(),
                summary.metrics().get("loss"));
        for (BeforeAfter sample : summary.samples()) {
            System.out.println(sample.prompt() + " → " + sample.after());
        }
        System.out.println("model in " + summary.model() + ", page about the run in " + summary.report());
    }
}
