package dev.hone.rollout;

import java.util.List;
import java.util.Optional;

/**
 * What the model wrote. A trainer divides by probabilities on the same support: where {@link #logProbs} is its denominator,
 * the numerator is renormalised over {@link #supports}; where {@link #policyLogProbs} is, no support is needed. KL against
 * another model is measured with the latter, for the former makes it negative wherever a filter acts.
 *
 * @param ids all sampled tokens, with the end token where there is one
 * @param logProbs behaviour: of each token in nats under the distribution it was drawn from, after penalty, temperature,
 *     constraint and filters, renormalised. Greedy choice is a distribution of one token, so 0
 * @param policyLogProbs of each token in nats under the model's own softmax at the temperature (1 where the choice is greedy),
 *     over the whole vocabulary, without penalty, constraint and filters
 * @param supports per token what could have been drawn; empty unless {@link Support#kept}
 * @param stop why it ended
 * @param text the completion in words, without the end token and cut right before a stop string; empty where the engine was
 *     given no {@link TokenText}
 */
public record Completion(int[] ids, float[] logProbs, float[] policyLogProbs, List<TokenSet> supports, StopReason stop,
        Optional<String> text) {

    /**
     * How far the distribution that was drawn from is from the policy: the mean over tokens of log behaviour − log π. It
     * estimates KL(behaviour ‖ π) in nats and is 0 where no filter acts.
     */
    public double mismatch() {
        double sum = 0;
        for (int i = 0; i < ids.length; i++) {
            sum += (double) logProbs[i] - policyLogProbs[i];
        }
        return ids.length == 0 ? 0 : sum / ids.length;
    }
}
