package dev.hone.objective;

import dev.hone.tensor.Segments;
import dev.hone.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What models say about n sampled completions, and what their tokens turned out to be worth.
 *
 * @param completions the completions; their tokens are P
 * @param behaviour [P] nats, log-probs under the policy as it was when this data was first used; not differentiated
 * @param advantages [P]; one number of a whole completion stands at each of its tokens
 * @param weights [P], 1 for a token that counts, 0 for one that is left out: a prompt's, a tool's, a truncated completion's
 * @param entropy [P] nats, of the policy's distribution at each token, where {@link Need#ENTROPY} is declared
 * @param critics what each critic says, where {@link Need#VALUES} is declared: of rewards, then of costs where they are bounded
 * @param totals counts of the step; rows are completions, those left out among them, tokens are those with a weight
 * @param limit how many tokens a completion could have had, the {@code max_completion_length} of the generation
 */
public record RolloutSignals(CompletionSignals completions, Tensor behaviour, Tensor advantages, Tensor weights,
        Optional<Tensor> entropy, List<Critic> critics, StepTotals totals, int limit) implements Signals {

    public RolloutSignals {
        requireSize(completions, "behaviour", behaviour);
        requireSize(completions, "advantages", advantages);
        requireSize(completions, "weights", weights);
        entropy.ifPresent(given -> requireSize(completions, "entropy", given));
        critics = List.copyOf(critics);
        critics.forEach(given -> requireSize(completions, "values", given.values()));
        if (limit < 1) {
            throw new IllegalArgumentException("completions of up to " + limit + " tokens: expected at least 1");
        }
    }

    /**
     * What a critic says of the state before each token.
     *
     * @param values [P] now, differentiable
     * @param oldValues [P] when this data was first used
     * @param returns [P] what they should be
     */
    public record Critic(Tensor values, Tensor oldValues, Tensor returns) {
        public Critic {
            if (values.rank() != 1 || oldValues.count() != values.count() || returns.count() != values.count()) {
                throw new IllegalArgumentException("values " + values.describe() + " with old values "
                        + oldValues.describe() + " and returns " + returns.describe() + ": expected [P] of each");
            }
        }
    }

    /** Without entropy and critic. */
    public static RolloutSignals of(CompletionSignals completions, Tensor behaviour, Tensor advantages, Tensor weights,
            StepTotals totals, int limit) {
        return new RolloutSignals(completions, behaviour, advantages, weights, Optional.empty(), List.of(),
                totals, limit);
    }

    public RolloutSignals withEntropy(Tensor given) {
        return new RolloutSignals(completions, behaviour, advantages, weights, Optional.of(given), critics, totals,
                limit);
    }

    /** With one critic more. */
    public RolloutSignals withCritic(Critic given) {
        return new RolloutSignals(completions, behaviour, advantages, weights, entropy,
                Stream.concat(critics.stream(), Stream.of(given)).toList(), totals, limit);
    }

    /** [] this part's share of the sum over critics of the mean squared distance of values from returns. */
    public Tensor valueError() {
        return critics.stream().map(each -> tokenMean(each.values().sub(each.returns()).square()))
                .reduce(Tensor::add).orElseThrow();
    }

    /** [P] log π − log π_old. */
    Tensor logRatios() { return completions.logProbs().sub(behaviour); }

    /** [P] k3 = e^d − d − 1 with d = log π_ref − log π: an estimate of KL(π ‖ π_ref) that is never negative. */
    Tensor referenceKl() {
        Tensor d = reference().sub(completions.logProbs());
        return Logistic.boundedExp(d).sub(d).sub(1);
    }

    Tensor reference() { return present(completions.reference(), Need.REFERENCE); }

    Tensor presentEntropy() { return present(entropy, Need.ENTROPY); }

    /** The first one, that of rewards. */
    Critic presentCritic() {
        return present(critics.stream().findFirst(), Need.VALUES);
    }

    /** [P] from [n]: each token gets what its completion has. */
    Tensor spread(Tensor perRow) {
        return perRow.indexSelect(0, completions.rows());
    }

    /** [n] sums over the tokens that count. */
    Tensor rowSums(Tensor perToken) {
        return Segments.sum(perToken.mul(weights), completions.rows(), completions.count());
    }

    /** [n] how many tokens of each completion count. */
    Tensor rowWeights() {
        return Segments.sum(weights, completions.rows(), completions.count());
    }

    /** [n] means over the tokens that count; 0 for a completion without any. */
    Tensor rowMeans(Tensor perToken) {
        return rowSums(perToken).div(rowWeights().clampMin(1));
    }

    /** [n] 1 for a completion of which some token counts. */
    Tensor counted() {
        return rowWeights().gt(0).to(weights.dtype());
    }

    /** [] this part's share of the mean over the tokens of the step. */
    Tensor tokenMean(Tensor perToken) {
        return perToken.mul(weights).sum().div(Math.max(totals.tokens(), 1));
    }

    /** [] this part's share of the mean over the completions of the step, from [n]. */
    Tensor rowMean(Tensor perRow) {
        return perRow.sum().div(totals.rows());
    }

    private static <T> T present(Optional<T> given, Need need) {
        return given.orElseThrow(() -> new IllegalArgumentException(
                "rollouts without " + need + ", which this objective names among its needs"));
    }

    private static void requireSize(CompletionSignals completions, String name, Tensor given) {
        if (given.rank() != 1 || given.count() != completions.logProbs().count()) {
            throw new IllegalArgumentException("rollouts with log-probs " + completions.logProbs().describe() + " and "
                    + name + " " + given.describe() + ": expected [P] of both");
        }
    }
}
