package dev.hone.rollout;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A prompt to continue.
 *
 * @param index its number in the whole job, which its random draws depend on: a part of the job then gives what the whole
 *     one gives
 * @param ids its tokens
 */
public record PromptTokens(int index, int[] ids) {

    /** Prompts numbered from 0. */
    public static List<PromptTokens> of(List<int[]> prompts) {
        return IntStream.range(0, prompts.size()).mapToObj(i -> new PromptTokens(i, prompts.get(i))).toList();
    }
}
