package dev.hone.model;

/**
 * What one token costs a backbone, for estimates of memory.
 *
 * @param layers L
 * @param hidden D
 * @param heads of attention
 * @param activations numbers that one token keeps in one layer until backward, without attention weights
 * @param inner those of them that lie inside of the feed-forward
 * @param widest columns of the widest rows that a matrix of a layer reads
 * @param working numbers that the backward of one layer holds for a token beside what was kept, at most
 */
public record Load(int layers, int hidden, int heads, long activations, long inner, long widest, long working) {

    /** What {@link DecoderLayer} keeps on the tape; results that no backward step reads are forgotten and not counted. */
    static Load of(ModelSpec spec) {
        long hidden = spec.size().hidden();
        long width = spec.feedForward().width();
        long heads = (long) spec.attention().heads() * spec.attention().headSize();
        long projected = spec.attention().projected();
        long active = spec.feedForward().gated() ? 3 : 2; // what goes into the activation, and what comes out
        long inner = hidden + active * width;
        long rows = 3 * hidden + projected + heads; // input, its norm, the sum in the middle; heads before and after attention
        long dropped = spec.dropout().residual() > 0 ? 4 * hidden : 0;
        long normed = spec.attention().headNorm() ? 2 * projected : 0;
        return new Load(spec.size().layers(), spec.size().hidden(), spec.attention().heads(),
                rows + inner + dropped + normed, inner, Math.max(width, hidden),
                2 * hidden + Math.max(active * width, 2 * projected + heads));
    }

    /** Attention and layers of an encoder are composed of libtorch's ops, which keep what they read. */
    static Load of(EncoderSpec spec) {
        long hidden = spec.size().hidden();
        long inner = 3L * spec.feedForward().width();
        return new Load(spec.size().layers(), spec.size().hidden(), spec.heads(), 15 * hidden + inner, inner,
                Math.max(spec.feedForward().width(), hidden),
                4 * hidden + 2L * spec.feedForward().width());
    }

    /** Attention weights of a sequence in one layer, as many as are computed. */
    public long scores(int length) {
        return heads * SequenceAttention.scoresOf(length);
    }

    /** Beyond so many attention weights of all sequences a layer keeps none and computes them again. */
    public static long mostScores() {
        return PackedAttention.KEPT;
    }
}
