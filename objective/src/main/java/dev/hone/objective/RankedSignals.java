package dev.hone.objective;

import dev.hone.tensor.Tensor;
import java.util.List;

/**
 * Scores of lists of answers, each list from best to worst, laid end to end.
 *
 * @param scores [m] float
 * @param sizes how many answers each list has, at least 2; they add up to m
 * @param totals counts of the step; rows are lists
 */
public record RankedSignals(Tensor scores, List<Integer> sizes, StepTotals totals) implements Signals {
    public RankedSignals {
        sizes = List.copyOf(sizes);
        long answers = sizes.stream().mapToLong(size -> size).sum();
        if (scores.rank() != 1 || answers != scores.count() || sizes.stream().anyMatch(size -> size < 2)) {
            throw new IllegalArgumentException("scores " + scores.describe() + " in lists of " + sizes
                    + ": expected lists of at least 2 answers that add up to the scores");
        }
    }
}
