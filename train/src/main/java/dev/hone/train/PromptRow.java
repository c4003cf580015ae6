package dev.hone.train;

import dev.hone.text.Prompt;

/**
 * A prompt as the policy reads it.
 *
 * @param index its number among the prompts of the run
 * @param ids its tokens
 */
record PromptRow(int index, Prompt prompt, int[] ids) {

    /** The prompt in words. */
    String text() { return prompt.messages().getLast().content(); }
}
