package dev.hone.text;

import java.util.Arrays;

/**
 * A sample as tokens.
 *
 * @param ids [T] token ids
 * @param weight [T] the factor of each token in the loss as a target; 0 for the first token, which nothing predicts
 */
public record Encoded(int[] ids, float[] weight) {
    public Encoded {
        if (ids.length != weight.length) {
            throw new IllegalArgumentException(ids.length + " ids with " + weight.length + " weights");
        }
        if (weight.length > 0 && weight[0] != 0) {
            throw new IllegalArgumentException(
                    "the first token has weight " + weight[0] + ": expected 0, nothing predicts it");
        }
    }

    public int length() { return ids.length; }

    /** How many tokens carry loss. */
    public int trainedTokens() {
        int trained = 0;
        for (float w : weight) {
            trained += w > 0 ? 1 : 0;
        }
        return trained;
    }

    /** The place of the last token that carries loss; -1 where none does. */
    int lastTrained() {
        int last = weight.length - 1;
        while (last >= 0 && weight[last] == 0) {
            last--;
        }
        return last;
    }

    /** A part of this row as a row of its own: its first token carries no loss any more. */
    Encoded part(int from, int to) {
        float[] cut = Arrays.copyOfRange(weight, from, to);
        if (cut.length > 0) {
            cut[0] = 0;
        }
        return new Encoded(Arrays.copyOfRange(ids, from, to), cut);
    }
}
