package dev.hone.objective;

import dev.hone.tensor.DType;
import dev.hone.tensor.Tensor;

/**
 * Logits over k classes for answers, or for the steps of answers, and their true classes.
 *
 * @param logits [n, k] float
 * @param targets [n] int64, 0 … k−1
 * @param totals counts of the step; rows are what is classified
 */
public record ClassSignals(Tensor logits, Tensor targets, StepTotals totals) implements Signals {
    public ClassSignals {
        if (logits.rank() != 2 || targets.rank() != 1 || targets.dtype() != DType.INT64
                || targets.count() != logits.size(0)) {
            throw new IllegalArgumentException("logits " + logits.describe() + " with targets " + targets.describe()
                    + ": expected [n, k] and int64 [n]");
        }
    }

    /** [n] −(1−ε)·log p(target) − ε·mean over classes of log p. */
    Tensor crossEntropy(double epsilon) {
        Tensor logProbs = logits.logSoftmax(1);
        Tensor hard = logProbs.gather(1, targets.unsqueeze(1)).squeeze(1).neg();
        return epsilon == 0 ? hard : hard.mul(1 - epsilon).sub(logProbs.mean(1, false).mul(epsilon));
    }

    /** [n] whether the most probable class is the true one. */
    Tensor hits() { return logits.argmax(1).eq(targets); }
}
