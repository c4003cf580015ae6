package dev.hone.objective;

import dev.hone.tensor.Tensor;

/**
 * Scores of answers and the scores that they should have.
 *
 * @param scores [n] float
 * @param targets [n]
 * @param totals counts of the step; rows are answers
 */
public record TargetSignals(Tensor scores, Tensor targets, StepTotals totals) implements Signals {
    public TargetSignals {
        if (scores.rank() != 1 || targets.rank() != 1 || targets.count() != scores.count()) {
            throw new IllegalArgumentException("scores " + scores.describe() + " with targets " + targets.describe()
                    + ": expected [n] of both");
        }
    }
}
