package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.tensor.Tensor;

/**
 * Supervised fine-tuning, teaching by demonstration: make the tokens of the data more probable. With y_t the tokens, w_t their weights (0
 * for a prompt, 1 for a trained token), M the number of trained tokens in the whole step, and π̄ = π, not differentiated:
 *
 * <pre>{@code
 * nll:   L = 1/M · Σ_t  w_t · (−log π(y_t | y_<t))
 * dft:   L = 1/M · Σ_t  w_t · π̄(y_t | y_<t) · (−log π(y_t | y_<t))
 * }</pre>
 *
 * <p>Choices where sources differ:
 * <ul>
 * <li>the divisor counts the trained tokens of the whole step (TRL's {@code num_items_in_batch}), never a mean of means: micro-batches
 * and accumulation give what one large batch gives, and long replies weigh more than short ones;
 * <li>{@code dft} is dynamic fine-tuning (arXiv 2508.05629, eq. 9): seen as a policy gradient, plain cross-entropy weighs improbable
 * tokens by 1/π; the factor takes that out;
 * <li>label smoothing ε (arXiv 1512.00567, §7) mixes the target with the uniform distribution over the vocabulary, the target included, as
 * transformers' label smoother does: (1−ε)·(−log π) + ε·mean over v of (−log π_v);
 * <li>{@code dft} with label smoothing is refused: the dynamic weight is defined for hard labels.
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
