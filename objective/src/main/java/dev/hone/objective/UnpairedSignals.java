package dev.hone.objective;

import dev.hone.tensor.Tensor;
import java.util.Optional;

/**
 * What models say about completions that were judged one by one.
 *
 * @param completions the n completions
 * @param desirable [n] float, 1 = desirable, 0 = undesirable
 * @param mismatched completions under another row's prompt, where {@link Need#MISMATCHED} is declared
 * @param densityRatios [n], where {@link Need#DENSITY_RATIO} is declared
 * @param history moments of the rewards of earlier steps; {@link RunningMoments#NONE} at the start
 * @param totals counts of the step; rows are completions
 */
public record UnpairedSignals(CompletionSignals completions, Tensor desirable, Optional<CompletionSignals> mismatched,
        Optional<Tensor> densityRatios, RunningMoments history, StepTotals totals) implements Signals {
    public UnpairedSignals {
        if (desirable.rank() != 1 || desirable.count() != completions.count()) {
            throw new IllegalArgumentException(completions.count() + " completions with labels " + desirable.describe()
                    + ": expected [" + completions.count() + "]");
        }
    }

    /** [n], 1 where {@link #desirable} is 0. */
    Tensor undesirable() { return desirable.neg().add(1); }
}
