package dev.hone.objective;

import dev.hone.tensor.Tensor;
import java.util.Optional;

/**
 * What models say about pairs of completions of one prompt; pair i is row i of every part.
 *
 * @param chosen the better completions
 * @param rejected the worse ones
 * @param gold third completions, where {@link Need#GOLD} is declared
 * @param margins [n], how much better the chosen ones are, where {@link Need#MARGINS} is declared
 * @param totals counts of the step; rows are pairs
 */
public record PairSignals(CompletionSignals chosen, CompletionSignals rejected, Optional<CompletionSignals> gold,
        Optional<Tensor> margins, StepTotals totals) implements Signals {
    public PairSignals {
        if (chosen.count() != rejected.count()) {
            throw new IllegalArgumentException(chosen.count() + " chosen and " + rejected.count()
                    + " rejected completions: expected pairs");
        }
    }

    /** Pairs without a third completion and without margins. */
    public static PairSignals of(CompletionSignals chosen, CompletionSignals rejected, StepTotals totals) {
        return new PairSignals(chosen, rejected, Optional.empty(), Optional.empty(), totals);
    }

    /** Both sides changed alike. */
    PairSignals mapped(java.util.function.UnaryOperator<CompletionSignals> change) {
        return new PairSignals(change.apply(chosen), change.apply(rejected), gold, margins, totals);
    }

    /** Log-probs beyond the length of the shorter completion of each pair multiplied by a factor. */
    PairSignals discounted(double factor) {
        Tensor shorter = chosen.lengths().minimum(rejected.lengths());
        return mapped(side -> side.discounted(shorter, factor));
    }
}
