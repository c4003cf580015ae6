package dev.hone.model;

import java.util.List;
import java.util.Optional;

/**
 * A decoder described as data: what {@link Decoder} computes is decided by these values alone, never by a family's name.
 *
 * @param size the lengths of the axes
 * @param attention how tokens look at each other
 * @param feedForward what follows attention in a layer
 * @param norm the normalisation before each of the two and at the end
 * @param embedding how tokens enter and leave
 * @param dropout probabilities while training
 * @param initialDeviation standard deviation of fresh weights
 */
public record ModelSpec(Size size, Attention attention, FeedForward feedForward, Norm norm, Embedding embedding,
        Dropout dropout, double initialDeviation) {

    /**
     * Lengths of the axes.
     *
     * @param vocabulary V
     * @param hidden D
     * @param layers L
     * @param positions the longest sequence the model was made for
     */
    public record Size(int vocabulary, int hidden, int layers, int positions) {}

    /**
     * Attention of every layer.
     *
     * @param heads H, query heads
     * @param keyHeads heads of keys and values; H / keyHeads query heads share one
     * @param headSize K
     * @param bias which projections carry a bias
     * @param headNorm whether queries and keys are normalised per head (Qwen3)
     * @param rope rotary positions, empty where positions are learned
     * @param windows per layer, how many tokens back a token may look, itself included; 0 = all
     */
    public record Attention(int heads, int keyHeads, int headSize, Bias bias, boolean headNorm, Optional<RopeSpec> rope,
            List<Integer> windows) {
        public Attention {
            windows = List.copyOf(windows);
        }

        /** Query heads per key head. */
        public int group() { return heads / keyHeads; }

        /** Columns of the joint projection: queries, keys, values. */
        public int projected() {
            return (heads + 2 * keyHeads) * headSize;
        }
    }

    /** Which attention projections carry a bias. */
    public enum Bias {
        NONE, QKV, ALL
    }

    /**
     * The second half of a layer.
     *
     * @param width F, inner columns
     * @param gated silu(gate)·up when true, else a plain tanh-GELU
     * @param bias whether its projections carry a bias
     */
    public record FeedForward(int width, boolean gated, boolean bias) {}

    /**
     * Normalisation.
     *
     * @param rms root-mean-square when true, else layer norm with a bias
     * @param epsilon added under the root
     */
    public record Norm(boolean rms, double epsilon) {}

    /**
     * How tokens enter and leave.
     *
     * @param learnedPositions whether a table of positions is added
     * @param tiedHead whether the head is the embedding table
     */
    public record Embedding(boolean learnedPositions, boolean tiedHead) {}

    /**
     * Dropout probabilities while training.
     *
     * @param embedding after the embedding
     * @param attention on attention probabilities
     * @param residual on what each half of a layer adds
     */
    public record Dropout(double embedding, double attention, double residual) {
        public static final Dropout NONE = new Dropout(0, 0, 0);
    }
}
