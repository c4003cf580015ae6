package dev.hone.rollout;

import java.util.Optional;

/**
 * One finished completion of one prompt.
 *
 * @param prompt the prompt's {@link PromptTokens#index}
 * @param sample which completion of that prompt, from 0
 * @param promptIds the prompt's tokens
 * @param completion what the model wrote
 */
public record Rollout(int prompt, int sample, int[] promptIds, Completion completion) {

    public int[] completionIds() { return completion.ids(); }

    /** Behaviour log-probabilities, see {@link Completion#logProbs}. */
    public float[] logProbs() {
        return completion.logProbs();
    }

    /** The policy's own log-probabilities, see {@link Completion#policyLogProbs}. */
    public float[] policyLogProbs() {
        return completion.policyLogProbs();
    }

    public StopReason stop() { return completion.stop(); }

    public Optional<String> text() { return completion.text(); }
}
