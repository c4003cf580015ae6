package dev.hone.model;

import dev.hone.tensor.Activation;

/**
 * A bidirectional encoder described as data: what {@link Encoder} computes is decided by these values alone.
 *
 * @param size the lengths of the axes; positions are the rows of the table
 * @param heads H, attention heads of D / H columns
 * @param feedForward what follows attention in a layer
 * @param epsilon added under the root of layer norms
 * @param firstPosition the row of the position table that the first token of a sequence takes
 * @param tokenTypes rows of the table of token types, 0 where there is none
 * @param dropout probabilities while training
 * @param initialDeviation standard deviation of fresh weights
 */
public record EncoderSpec(ModelSpec.Size size, int heads, FeedForward feedForward, double epsilon, int firstPosition,
        int tokenTypes, ModelSpec.Dropout dropout, double initialDeviation) {

    /**
     * The second half of a layer.
     *
     * @param width F, inner columns
     * @param activation between its two projections
     */
    public record FeedForward(int width, Activation activation) {}

    /** The longest sequence that fits. */
    public int longest() { return size.positions() - firstPosition; }
}
