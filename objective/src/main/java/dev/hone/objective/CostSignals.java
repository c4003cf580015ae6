package dev.hone.objective;

import dev.hone.tensor.Tensor;

/**
 * Costs of pairs of answers, of which one is safer than the other, and whether each is safe as such.
 *
 * @param safer [n] float, costs of the safer answers
 * @param unsafer [n], costs of the less safe ones
 * @param saferSign [n], +1 where the safer answer is safe, −1 where it is unsafe
 * @param unsaferSign [n], the same of the less safe one
 * @param totals counts of the step; rows are pairs
 */
public record CostSignals(Tensor safer, Tensor unsafer, Tensor saferSign, Tensor unsaferSign,
        StepTotals totals) implements Signals {
    public CostSignals {
        if (safer.rank() != 1 || unsafer.count() != safer.count() || saferSign.count() != safer.count()
                || unsaferSign.count() != safer.count()) {
            throw new IllegalArgumentException("costs " + safer.describe() + " and " + unsafer.describe() + ", signs "
                    + saferSign.describe() + " and " + unsaferSign.describe() + ": expected [n] of each");
        }
    }
}
