package dev.hone.rollout;

import java.util.List;

/**
 * A completion that is not whole yet, or not begun.
 *
 * @param number its place in the result
 * @param prompt what it continues
 * @param sample which completion of the prompt
 * @param ids the tokens so far, possibly none
 * @param logProbs of each as in {@link Completion#logProbs}
 * @param policyLogProbs of each as in {@link Completion#policyLogProbs}
 * @param supports of each as in {@link Completion#supports}
 */
public record Unfinished(int number, PromptTokens prompt, int sample, int[] ids, float[] logProbs,
        float[] policyLogProbs, List<TokenSet> supports) {

    /** One that is not begun. */
    static Unfinished fresh(int number, PromptTokens prompt, int sample) {
        return new Unfinished(number, prompt, sample, new int[0], new float[0], new float[0], List.of());
    }

    boolean isFresh() { return ids.length == 0; }

    /** Prompt and what is written. */
    int[] sequence() {
        int[] all = java.util.Arrays.copyOf(prompt.ids(), prompt.ids().length + ids.length);
        System.arraycopy(ids, 0, all, prompt.ids().length, ids.length);
        return all;
    }
}
