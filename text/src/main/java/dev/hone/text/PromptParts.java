package dev.hone.text;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * A prompt and the answers to it as tokens, apart, so that the prompt's tokens are the same before every answer.
 *
 * @param prompt tokens of the prompt
 * @param answers the answers
 * @param shortened whether the prompt has lost tokens
 */
record PromptParts(int[] prompt, List<Answer> answers, boolean shortened) {
    PromptParts {
        answers = List.copyOf(answers);
    }

    /**
     * @param ids [T] the tokens behind the prompt
     * @param weight [T] the factor of each in the loss
     */
    record Answer(int[] ids, float[] weight) {
        static Answer whole(int[] ids) {
            float[] weight = new float[ids.length];
            Arrays.fill(weight, 1);
            return new Answer(ids, weight);
        }
    }

    private int longest() { return answers.stream().mapToInt(answer -> answer.ids().length).max().orElse(0); }

    /**
     * These parts in a window: the prompt loses tokens from its start, its begin token aside, until the longest answer fits.
     *
     * @throws TooLongException if the prompt fills the window by itself, or an answer leaves no token of it
     */
    PromptParts fitted(int window, OptionalInt bos) {
        if (prompt.length >= window) {
            throw new TooLongException(
                    "the prompt has " + prompt.length + " tokens and the window (max_length) " + window
                            + ", so that none is left for the answer" + wayOut());
        }
        int space = window - longest();
        if (prompt.length <= space) {
            return this;
        }
        if (space < 1) {
            throw new TooLongException("the answer has " + longest() + " tokens and the window (max_length) " + window
                    + ": an answer is never cut, and no token would be left of its prompt" + wayOut());
        }
        int[] kept = Arrays.copyOfRange(prompt, prompt.length - space, prompt.length);
        if (space > 1 && bos.isPresent() && prompt[0] == bos.getAsInt()) {
            kept[0] = prompt[0];
        }
        return new PromptParts(kept, answers, true);
    }

    private static String wayOut() {
        return "; raise max_length, shorten the text, or leave such rows out with skip_long_rows: true";
    }

    /** The prompt with one answer as a row. */
    Encoded row(int index) {
        Answer answer = answers.get(index);
        float[] weight = new float[prompt.length + answer.ids().length];
        System.arraycopy(answer.weight(), 0, weight, prompt.length, answer.weight().length);
        if (weight.length > 0) {
            weight[0] = 0; // nothing predicts the first token
        }
        Encoded row = new Encoded(PlainTokens.concat(prompt, answer.ids()), weight);
        if (row.trainedTokens() == 0) {
            throw new DataException("the answer has no token that carries loss (" + prompt.length
                    + " tokens of prompt, " + answer.ids().length
                    + " of the answer): expected an answer of some words behind a prompt");
        }
        return row;
    }
}
