package dev.hone.objective;

import dev.hone.tensor.Tensor;

/**
 * What the policy says about tokens that carry loss. An objective on these is a sum over tokens, so it may be taken chunk by
 * chunk; {@code tokensInStep} counts the whole step, so that micro-batches and chunks add up to one large batch.
 *
 * @param logProbs [R] float32, nats, log π(token | tokens before)
 * @param meanLogProbs [R] float32, nats, the mean of log π over the vocabulary at the same place
 * @param weights [R] float32, the factor of each token
 * @param tokensInStep how many tokens carry loss in the whole step
 */
public record TokenSignals(Tensor logProbs, Tensor meanLogProbs, Tensor weights,
        double tokensInStep) implements Signals {}
