package dev.hone.rollout;

import java.util.Optional;

/**
 * What the model wrote.
 *
 * @param ids all sampled tokens, with the end token where there is one
 * @param logProbs of each token in nats under the distribution it was drawn from: after penalty, temperature and filters,
 *     renormalised. Greedy choice is a distribution of one token, so 0. The policy's own log-probabilities are these where
 *     the temperature is 1 and penalty and filters are off
 * @param stop why it ended
 * @param text the completion in words, without the end token and cut right before a stop string; empty where the engine was
 *     given no {@link TokenText}
 */
public record Completion(int[] ids, float[] logProbs, StopReason stop, Optional<String> text) {}
