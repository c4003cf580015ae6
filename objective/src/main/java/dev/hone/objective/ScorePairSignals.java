package dev.hone.objective;

import dev.hone.tensor.Tensor;
import java.util.Optional;

/**
 * Scores of pairs of answers, one number each.
 *
 * @param chosen [n] float, scores of the better answers
 * @param rejected [n], of the worse ones
 * @param margins [n], by how much the better ones should lead, where the data says so
 * @param totals counts of the step; rows are pairs
 */
public record ScorePairSignals(Tensor chosen, Tensor rejected, Optional<Tensor> margins,
        StepTotals totals) implements Signals {
    public ScorePairSignals {
        if (chosen.rank() != 1 || rejected.rank() != 1 || chosen.count() != rejected.count()
                || margins.stream().anyMatch(given -> given.rank() != 1 || given.count() != chosen.count())) {
            throw new IllegalArgumentException("scores " + chosen.describe() + " of chosen and " + rejected.describe()
                    + " of rejected answers, margins " + margins.map(Tensor::describe) + ": expected [n] of each");
        }
    }
}
