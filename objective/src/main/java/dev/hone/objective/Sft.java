package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.tensor.Tensor;

/**
 * Supervised fine-tuning: cross-entropy of the tokens that carry loss, Σ w·(−log π) / tokens in the step.
 *
 * <p>Choices where sources differ:
 * <ul>
 * <li>the divisor counts the tokens of the whole step, as TRL's {@code num_items_in_batch} does, never a mean of means;
 * <li>{@code dft} is dynamic fine-tuning (arXiv 2508.05629, eq. 9): each token's loss is scaled by its own probability, which
 * is not differentiated;
 * <li>label smoothing (arXiv 1512.00567, §7) mixes the target with the uniform distribution over the vocabulary, as
 * transformers' label smoother does: (1−ε)·(−log π) + ε·mean over v of (−log π_v).
 * </ul>
 *
 * @param lossType nll or dft
 * @param labelSmoothing ε, the share of the uniform distribution
 */
@SettingGroup("Objective: supervised fine-tuning")
public record Sft(
        @Setting(value = "nll", doc = "Form of the loss: nll, or dft, which weighs each token by its own probability.") LossType lossType,
        @Setting(value = "0", min = 0, below = 1, doc = "Share of the uniform distribution mixed into the target.") double labelSmoothing)
        implements
            Objective<TokenSignals> {

    /** The forms of the loss. */
    public enum LossType {
        /** Negative log-likelihood. */
        NLL,
        /** Dynamic fine-tuning. */
        DFT
    }

    public Sft {
        new Checks().require(labelSmoothing >= 0 && labelSmoothing < 1, "label_smoothing", labelSmoothing,
                "at least 0 and below 1")
                .require(lossType != LossType.DFT || labelSmoothing == 0, "label_smoothing",
                        labelSmoothing + " with loss_type dft", "0",
                        "The dynamic weight is defined for hard labels: set loss_type to nll or label_smoothing to 0.")
                .done();
    }

    @Override
    public Loss compute(TokenSignals s) {
        Tensor hard = switch (lossType) {
            case NLL -> s.logProbs();
            case DFT -> s.logProbs().mul(s.logProbs().detach().exp());
        };
        Tensor smooth = labelSmoothing == 0
                ? hard
                : hard.mul(1 - labelSmoothing).add(s.meanLogProbs().mul(labelSmoothing));
        return new Loss(smooth.mul(s.weights()).sum().div(-s.tokensInStep()));
    }
}
