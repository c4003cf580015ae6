package dev.hone.objective;

import dev.hone.tensor.Tensor;
import java.util.Optional;

/**
 * Pairs as the forms of {@link PairLoss} read them, all [n].
 *
 * @param signals both sides
 * @param a log π/π_ref of the chosen completions
 * @param b the same of the rejected ones
 * @param chosenScore s(a), see {@link FDivergence}
 * @param rejectedScore s(b)
 */
record PairView(PairSignals signals, Tensor a, Tensor b, Tensor chosenScore, Tensor rejectedScore) {

    static PairView of(PairSignals signals, FDivergence divergence, double alpha) {
        Tensor a = signals.chosen().logRatios();
        Tensor b = signals.rejected().logRatios();
        return new PairView(signals, a, b, divergence.score(a, alpha), divergence.score(b, alpha));
    }

    /** s(a) − s(b). */
    Tensor delta() { return chosenScore.sub(rejectedScore); }

    /** s(a)/|w| − s(b)/|l|. */
    Tensor meanDelta() {
        return chosenScore.div(signals.chosen().lengths()).sub(rejectedScore.div(signals.rejected().lengths()));
    }

    /** Differences between chosen and rejected of the policy and of the reference, each in order, then subtracted. */
    Tensor sortedDelta() {
        Tensor policy = signals.chosen().sums().sub(signals.rejected().sums());
        Tensor reference = signals.chosen().referenceSums().sub(signals.rejected().referenceSums());
        return ordered(policy).sub(ordered(reference));
    }

    /** Log-ratios of each side in order, then subtracted. */
    Tensor sortedSides() { return ordered(a).sub(ordered(b)); }

    Tensor margins() {
        Optional<Tensor> given = signals.margins();
        return given.orElseThrow(() -> new IllegalArgumentException(
                "pairs without MARGINS, which this objective names among its needs"));
    }

    private static Tensor ordered(Tensor values) { return values.sort(0, false).values(); }
}
