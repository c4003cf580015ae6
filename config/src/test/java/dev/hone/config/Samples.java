package dev.hone.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Records as the rest of the project writes them, with every type of component. */
final class Samples {
    private Samples() {}

    enum Schedule {
        CONSTANT, LINEAR, COSINE, COSINE_WITH_MIN_LR
    }

    @SettingGroup("The objective")
    record Smoothing(
            @Setting(value = "0.0", doc = "Share of the target spread over the vocabulary", min = 0, max = 1) double labelSmoothing,
            @Setting(doc = "Noise added to embeddings.", above = 0) Optional<Double> neftuneNoiseAlpha) {}

    record TrainingRun(@Setting(doc = "Folder of the model.", required = true) Path model,
            @Setting(value = "2e-5", doc = "Peak learning rate.", above = 0, aliases = "lr") double learningRate,
            @Setting(value = "3", doc = "Passes over the data", above = 0) double numTrainEpochs,
            @Setting(value = "8", doc = "Rows of one microbatch.", min = 1, aliases = "batch_size_per_device") int perDeviceTrainBatchSize,
            @Setting(value = "0.9", doc = "Decay of the first moment.", min = 0, below = 1) double adamBeta1,
            @Setting(value = "42", doc = "Seed of everything random.") long seed,
            @Setting(value = "false", doc = "Lay rows end to end.") boolean packing,
            @Setting(value = "linear", doc = "Shape of the learning rate over the run.") Schedule lrSchedulerType,
            @Setting(value = "", doc = "Files to learn from, or | globs.") List<Path> data,
            @Setting(value = "all-linear,head", doc = "Layers.") List<String> targets,
            @Setting(value = "0.5,0.5", doc = "Share of each file.", min = 0) List<Double> mixture,
            @Setting(doc = "Passed to the chat template.") Map<String, String> templateOptions,
            @Setting(doc = "Name of the run") Optional<String> runName,
            @Setting(doc = "Text before every prompt.") String prefix,
            @Setting(value = "0", doc = "Warm-up.", min = 0) int warmupSteps,
            @Setting(value = "1000", doc = "Steps.", min = 1) int maxSteps) {
        TrainingRun {
            new Checks()
                    .require(warmupSteps <= maxSteps, "warmup_steps", warmupSteps,
                            "at most max_steps (" + maxSteps + ")")
                    .require(mixture.size() < 4, "mixture", mixture, "at most 3 shares", "Merge files.").done();
            if (data.size() > 1 && data.size() != mixture.size()) {
                throw new IllegalArgumentException("mixture needs one share for each file of data");
            }
        }
    }

    static ConfigReader reader() { return ConfigReader.of(TrainingRun.class, Smoothing.class); }
}
