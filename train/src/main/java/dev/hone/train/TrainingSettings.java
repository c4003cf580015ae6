package dev.hone.train;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;

/**
 * How many steps, how large, and what keeps them steady and in memory.
 *
 * @param perDeviceTrainBatchSize rows of a step are this times the accumulation
 */
@SettingGroup("Steps")
public record TrainingSettings(
        @Setting(value = "8", min = 1, doc = "Rows of a step, times gradient_accumulation_steps.") int perDeviceTrainBatchSize,
        @Setting(value = "1", min = 1, doc = "Multiplies the rows of a step; the result is that of one large batch.") int gradientAccumulationSteps,
        @Setting(value = "3", above = 0, doc = "Passes over the data; fractions allowed.") double numTrainEpochs,
        @Setting(value = "-1", min = -1, doc = "Steps in all, instead of num_train_epochs; -1 = by epochs.") long maxSteps,
        @Setting(value = "1", min = 0, doc = "Gradients are scaled down to this norm; 0 = never.") double maxGradNorm,
        @Setting(value = "0", min = 0, doc = "NEFTune: strength of the noise on embeddings while training (arXiv 2310.05914).") double neftuneNoiseAlpha,
        @Setting(value = "42", doc = "Of row order, dropout and noise.") long seed,
        @Setting(value = "0", min = 0, doc = "Tokens that go through the model together; 0 = chosen from the memory. Changes"
                + " memory and speed, not the result.") int microbatchTokens,
        @Setting(value = "auto", doc = "Recompute layers in backward to save memory: auto, on or off.") Recompute gradientCheckpointing,
        @Setting(value = "3", min = 1, doc = "Stop after this many steps in a row whose loss or gradient is not finite.") int maxSkippedSteps) {

    /** When inner results of layers are made again instead of kept. */
    public enum Recompute {
        AUTO, ON, OFF, TRUE, FALSE;

        boolean always() { return this == ON || this == TRUE; }

        boolean never() { return this == OFF || this == FALSE; }
    }

    /** The same, cut in another way. */
    TrainingSettings withMicrobatchTokens(int tokens) {
        return new TrainingSettings(perDeviceTrainBatchSize, gradientAccumulationSteps, numTrainEpochs, maxSteps,
                maxGradNorm, neftuneNoiseAlpha, seed, tokens, gradientCheckpointing, maxSkippedSteps);
    }

    /** Rows of one optimizer step. */
    public int rowsPerStep() {
        return Math.multiplyExact(perDeviceTrainBatchSize, gradientAccumulationSteps);
    }

    /** Optimizer steps of the whole run. */
    public long totalSteps(long stepsPerEpoch) {
        return maxSteps > 0 ? maxSteps : Math.max(1, (long) Math.ceil(numTrainEpochs * stepsPerEpoch));
    }
}
