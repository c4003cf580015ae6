package dev.hone.train;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.nio.file.Path;

/**
 * What a run writes and when it looks at itself.
 *
 * @param out folder of the run
 */
@SettingGroup("Run")
public record RunSettings(
        @Setting(required = true, aliases = "output_dir", doc = "Folder of the run: model, checkpoints, metrics, report.") Path out,
        @Setting(value = "false", aliases = "resume_from_checkpoint", doc = "Go on from the newest good checkpoint in out.") boolean resume,
        @Setting(value = "false", doc = "Resume although settings or data are other than those of the checkpoint, so that the"
                + " result is another, too.") boolean resumeAnyway,
        @Setting(value = "false", aliases = "overwrite_output_dir", doc = "Start anew in a folder that holds a run; its checkpoints"
                + " are removed.") boolean overwrite,
        @Setting(value = "500", min = 0, doc = "Steps between checkpoints; 0 = only at the end and on Ctrl-C.") long saveSteps,
        @Setting(value = "2", min = 1, doc = "Checkpoints kept, besides the best.") int saveTotalLimit,
        @Setting(value = "fp32", doc = "Number type of the saved model: fp32 or bf16.") ModelSettings.Precision saveDtype,
        @Setting(value = "5", above = 0, doc = "Size of one file of the saved model, in GB.") double maxShardSize,
        @Setting(value = "10", min = 1, doc = "Steps between rows of metrics.jsonl.") long loggingSteps,
        @Setting(value = "0", min = 0, doc = "Steps between evaluations; 0 = at the end of each epoch.") long evalSteps,
        @Setting(value = "0", min = 0, doc = "Evaluations without a better eval_loss after which the run stops; 0 = never.") int earlyStoppingPatience,
        @Setting(value = "0", min = 0, doc = "How much better eval_loss must be to count.") double earlyStoppingThreshold,
        @Setting(value = "true", doc = "End with the weights of the best evaluation, where there was one.") boolean loadBestModelAtEnd,
        @Setting(value = "3", min = 0, doc = "Prompts from the data whose continuations are shown before and after in the report.") int samples,
        @Setting(value = "true", doc = "Write TensorBoard event files.") boolean tensorboard) {

    public RunSettings {
        new Checks().require(!(resume && overwrite), "overwrite", "true beside resume", "one of the two", "").done();
    }
}
