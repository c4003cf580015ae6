package dev.hone.objective;

import dev.hone.tensor.Tensor;

/**
 * Scores of pairs of answers at many places: from the first token in which the two differ to the end of the longer one. Beyond
 * its end the shorter answer keeps its last score, so both sides have one score for each place.
 *
 * @param chosen [P] float, scores of the better answers, pair after pair
 * @param rejected [P], of the worse ones at the same places
 * @param rows [P] int64, which pair a place belongs to; every pair has at least one
 * @param count how many pairs
 * @param totals counts of the step; rows are pairs
 */
public record TokenScoreSignals(Tensor chosen, Tensor rejected, Tensor rows, int count,
        StepTotals totals) implements Signals {
    public TokenScoreSignals {
        if (chosen.rank() != 1 || rejected.count() != chosen.count() || rows.count() != chosen.count()) {
            throw new IllegalArgumentException(
                    "scores " + chosen.describe() + " and " + rejected.describe() + " with rows "
                            + rows.describe() + ": expected [P] of each");
        }
    }
}
