package dev.hone.train;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.util.Locale;

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
        @Setting(value = "auto", doc = "Recompute layers in backward to save memory: auto, on, off,"
                + " or feed_forward: only the inside of each feed-forward.") Recompute gradientCheckpointing,
        @Setting(value = "-1", min = -1, doc = "How many of the lowest layers that train are recomputed whole; -1 = what gradient_checkpointing"
                + " says, with auto the fewest that make room for a micro-batch.") int gradientCheckpointingLayers,
        @Setting(value = "false", doc = "Move what recomputed layers keep, their inputs, out of the way until backward: on the CPU into a"
                + " file that the system pages in and out, on CUDA into page-locked host memory; slower, same result.") boolean activationOffloading,
        @Setting(value = "false", aliases = "optimizer_in_bwd", doc = "Step each layer inside of backward, as soon as its gradients are complete,"
                + " and free them. Needs gradient_accumulation_steps 1, microbatch_tokens 0 and max_grad_norm 0.") boolean optimFusedBackward,
        @Setting(value = "3", min = 1, doc = "Stop after this many steps in a row whose loss or gradient is not finite.") int maxSkippedSteps) {

    public TrainingSettings {
        String advice = "With optim_fused_backward, ";
        new Checks().require(!optimFusedBackward || gradientAccumulationSteps == 1, "gradient_accumulation_steps",
                gradientAccumulationSteps, "1",
                advice + "a gradient becomes a step at once and cannot wait for others; raise per_device_train_batch_size.")
                .require(!optimFusedBackward || microbatchTokens == 0, "microbatch_tokens", microbatchTokens, "0",
                        advice + "all rows of a step go through the model together.")
                .require(!optimFusedBackward || maxGradNorm == 0, "max_grad_norm", maxGradNorm, "0",
                        advice + "the norm of all gradients is known only when every step is taken.")
                .require(gradientCheckpointingLayers < 0 || gradientCheckpointing.counted(),
                        "gradient_checkpointing_layers", gradientCheckpointingLayers,
                        "-1 with gradient_checkpointing " + gradientCheckpointing.name().toLowerCase(Locale.ROOT),
                        "It says how many already: give auto, or feed_forward for the layers above.")
                .require(!activationOffloading || gradientCheckpointingLayers > 0 || gradientCheckpointingLayers < 0
                        && !gradientCheckpointing.never() && !gradientCheckpointing.inner(),
                        "activation_offloading", true, "false where no layer is recomputed whole",
                        "What it moves are the inputs of such layers: give gradient_checkpointing on or auto.")
                .done();
    }

    /** When inner results of layers are made again instead of kept. */
    public enum Recompute {
        AUTO, ON, OFF, TRUE, FALSE, FEED_FORWARD;

        boolean inner() { return this == FEED_FORWARD; }

        boolean always() { return this == ON || this == TRUE; }

        /** Whether a number of layers means something. */
        boolean counted() {
            return this == AUTO || this == FEED_FORWARD;
        }

        boolean never() { return this == OFF || this == FALSE; }
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
