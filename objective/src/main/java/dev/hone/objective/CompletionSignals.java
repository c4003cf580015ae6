package dev.hone.objective;

import dev.hone.tensor.Segments;
import dev.hone.tensor.Tensor;
import java.util.Optional;

/**
 * What models say about the read tokens of n completions, laid end to end; the tokens of a completion stand together and in order.
 * Every completion has at least one token: data without is refused before it gets here.
 *
 * @param logProbs [P] float, nats, the policy's log π(token | tokens before)
 * @param reference [P], the same of the reference, where it is needed
 * @param completion [P], 1 for a token of the completion, 0 for one of the prompt
 * @param rows [P] int64, which completion a token belongs to
 * @param count n
 * @param collisions [P], log Σ_v π_v² at each token, where it is needed
 */
public record CompletionSignals(Tensor logProbs, Optional<Tensor> reference, Tensor completion, Tensor rows, int count,
        Optional<Tensor> collisions) {

    public CompletionSignals {
        requireSize(logProbs, "completion", completion);
        requireSize(logProbs, "rows", rows);
        reference.ifPresent(given -> requireSize(logProbs, "reference", given));
        collisions.ifPresent(given -> requireSize(logProbs, "collisions", given));
    }

    /** Log-probs alone, without prompts. */
    public static CompletionSignals of(Tensor logProbs, Tensor rows, int count) {
        Tensor ones = logProbs.detach().mul(0).add(1);
        return new CompletionSignals(logProbs, Optional.empty(), ones, rows, count, Optional.empty());
    }

    public CompletionSignals withReference(Tensor given) {
        return new CompletionSignals(logProbs, Optional.of(given), completion, rows, count, collisions);
    }

    /** With a reference that finds every token certain, so that log-ratios are the policy's own log-probs. */
    public CompletionSignals withoutReference() {
        return withReference(logProbs.detach().mul(0));
    }

    /** [n] log π of whole completions. */
    public Tensor sums() { return perRow(logProbs.mul(completion)); }

    /** [n] log π_ref of whole completions. */
    public Tensor referenceSums() {
        return perRow(present(reference, Need.REFERENCE).mul(completion));
    }

    /** [n] log π − log π_ref of whole completions; taken per token first, which keeps small differences of large sums. */
    public Tensor logRatios() {
        return perRow(logProbs.sub(present(reference, Need.REFERENCE)).mul(completion));
    }

    /** [n] tokens of each completion. */
    public Tensor lengths() { return perRow(completion); }

    /** [n] mean log π over the tokens of each completion. */
    public Tensor means() { return sums().div(lengths()); }

    /** [n] mean over tokens of log π − log Σ_v π_v²: 0 where the tokens are as probable as samples are on average. */
    public Tensor alignment() {
        return perRow(logProbs.sub(present(collisions, Need.COLLISIONS)).mul(completion)).div(lengths());
    }

    /** [] −Σ log π over all read tokens, prompts included where they are read. */
    public Tensor negativeLogLikelihood() {
        return logProbs.sum().neg();
    }

    /** With the log-probs beyond the first {@code limits} [n] tokens of each completion multiplied by a factor; lengths stay. */
    public CompletionSignals discounted(Tensor limits, double factor) {
        Tensor lengths = lengths();
        Tensor starts = lengths.cumsum(0).sub(lengths).indexSelect(0, rows);
        Tensor places = completion.cumsum(0).sub(starts); // 1 for the first token
        Tensor beyond = places.gt(limits.indexSelect(0, rows)).to(logProbs.dtype());
        Tensor factors = beyond.mul(factor - 1).add(1);
        return new CompletionSignals(logProbs.mul(factors), reference.map(given -> given.mul(factors)), completion,
                rows,
                count, collisions);
    }

    private Tensor perRow(Tensor perToken) { return Segments.sum(perToken, rows, count); }

    private static Tensor present(Optional<Tensor> given, Need need) {
        return given.orElseThrow(() -> new IllegalArgumentException(
                "signals without " + need + ", which this objective names among its needs"));
    }

    private static void requireSize(Tensor logProbs, String name, Tensor given) {
        if (logProbs.rank() != 1 || given.rank() != 1 || given.count() != logProbs.count()) {
            throw new IllegalArgumentException(
                    "completions with log-probs " + logProbs.describe() + " and " + name + " "
                            + given.describe() + ": expected [P] of both");
        }
    }
}
