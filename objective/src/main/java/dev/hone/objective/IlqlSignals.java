package dev.hone.objective;

import dev.hone.tensor.Tensor;
import java.util.List;

/**
 * What a language model with heads for Q and V says about the tokens of completions with known rewards.
 *
 * @param logProbs [P] nats, the policy's log π of each token
 * @param critics the Q heads, usually two
 * @param targetQs [P] the smallest of the slow copies of the Q heads at each token, not differentiated
 * @param values [P] V of the state before each token
 * @param nextValues [P] V of the state after it, 0 after the last token of a completion; not differentiated
 * @param rewards [P]
 * @param weights [P] 1 for a token of a completion, 0 for one that is left out
 * @param totals counts of the step; tokens are those with a weight
 */
public record IlqlSignals(Tensor logProbs, List<QHead> critics, Tensor targetQs, Tensor values, Tensor nextValues,
        Tensor rewards, Tensor weights, StepTotals totals) implements Signals {

    public IlqlSignals {
        critics = List.copyOf(critics);
        if (critics.isEmpty()) {
            throw new IllegalArgumentException("no Q head: expected at least one");
        }
        for (QHead head : critics) {
            requireSize(logProbs, head.values());
            requireSize(logProbs, head.crossEntropy());
        }
        for (Tensor given : List.of(targetQs, values, nextValues, rewards, weights)) {
            requireSize(logProbs, given);
        }
    }

    /**
     * One Q head.
     *
     * @param values [P] Q of each token
     * @param crossEntropy [P] −log softmax over the vocabulary of Q, at each token
     */
    public record QHead(Tensor values, Tensor crossEntropy) {}

    /** [] this part's share of the mean over the tokens of the step. */
    Tensor tokenMean(Tensor perToken) {
        return perToken.mul(weights).sum().div(Math.max(totals.tokens(), 1));
    }

    private static void requireSize(Tensor logProbs, Tensor given) {
        if (logProbs.rank() != 1 || given.rank() != 1 || given.count() != logProbs.count()) {
            throw new IllegalArgumentException("tokens with log-probs " + logProbs.describe() + " and "
                    + given.describe() + ": expected [P] of both");
        }
    }
}
