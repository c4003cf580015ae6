package dev.hone.train;

import dev.hone.config.Config;
import dev.hone.model.Decoder;
import dev.hone.objective.Objective;
import dev.hone.objective.Sft;
import dev.hone.objective.TokenSignals;
import java.util.List;

/** Supervised fine-tuning from settings to a saved model: everything that {@code hone sft} does. */
public final class SftJob {
    private final TrainingJob<PackedRow, Decoder> job;

    /** Everything that can be set. */
    public record Settings(ModelSettings model, DataSettings data, TrainingSettings training, LearningSettings learning,
            AdapterSettings adapter, Sft objective, RunSettings run) {

        /** The records, for readers, help and schema. */
        public static List<Class<? extends Record>> types() {
            return JobSettings.types(List.of(Sft.class));
        }

        /** What a reader of {@link #types} took in. */
        public static Settings of(Config config) {
            return new Settings(config.get(ModelSettings.class), config.get(DataSettings.class),
                    config.get(TrainingSettings.class), config.get(LearningSettings.class),
                    config.get(AdapterSettings.class), config.get(Sft.class), config.get(RunSettings.class));
        }

        JobSettings all() { return new JobSettings(model, data, training, learning, adapter, run, List.of(objective)); }
    }

    /**
     * @throws dev.hone.config.ConfigException for settings that contradict each other
     * @throws CheckpointException when the output folder holds another run, or cannot be written
     */
    public SftJob(Settings settings, TrainingJob.Surroundings surroundings) {
        this.job = new TrainingJob<>(settings.all(), () -> new SftLesson(settings), surroundings);
    }

    /** Runs to the end, or to where it is stopped. */
    public RunSummary run() { return job.run(); }

    /** The plain likelihood of demonstrations, for what learns them beside something else. */
    static Objective<TokenSignals> imitation() {
        return new Sft(Sft.LossType.NLL, 0);
    }
}
