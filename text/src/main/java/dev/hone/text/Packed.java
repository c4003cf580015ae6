package dev.hone.text;

/**
 * Rows of tokens laid end to end, the base representation of every batch: no padding, so no padding side and no mask.
 *
 * @param ids [T] token ids of all sequences
 * @param starts [N+1] where each sequence begins in {@code ids}; the last entry is T
 * @param weight [T] the factor of each token in the loss as a target: 0 for a prompt token and for the first token of
 *     every sequence (nothing predicts it)
 */
public record Packed(int[] ids, int[] starts, float[] weight) {
    public Packed {
        if (weight.length != ids.length || starts.length < 1 || starts[0] != 0
                || starts[starts.length - 1] != ids.length) {
            throw new IllegalArgumentException("packed rows disagree: " + ids.length + " ids, " + weight.length
                    + " weights, starts from " + starts[0] + " to " + starts[starts.length - 1]);
        }
    }

    public int tokens() { return ids.length; }

    public int sequences() { return starts.length - 1; }
}
