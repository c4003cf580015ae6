package dev.hone.train;

import dev.hone.model.Load;

/**
 * What a forward and backward pass keeps, in bytes.
 *
 * @param load what a token costs
 * @param bytes of a number
 * @param longestRow tokens of a sequence, which decide the attention weights that are kept
 */
record StepMemory(Load load, int bytes, int longestRow) {
    /** Scores, their gradient and the product that makes it: the head's chunks are at most this large, at any time three. */
    private static final long HEAD_ROWS = 4096;
    private static final long HEAD_ELEMENTS = 80L << 20;
    private static final long HEAD_COPIES = 3;
    private static final long MOST_SCORES = 32768;

    /** What one token keeps in one layer until backward. */
    long layer() {
        return (load.activations() + Math.min((long) load.heads() * longestRow, MOST_SCORES)) * bytes;
    }

    /**
     * What one token keeps in all layers, and what the layer at work takes.
     *
     * @param layers those that backward reaches
     * @param again layers that keep their input alone and are computed twice
     */
    long perToken(int layers, int again) {
        long inputs = (long) bytes * load.hidden() * again;
        long working = again == 0 ? layer() : 2 * layer(); // made again, and its gradients
        return layer() * (layers - again) + inputs + working;
    }

    /** A chunk of the head's scores with its gradient. */
    static long head(int vocabulary, int bytes) {
        return HEAD_COPIES * bytes * Math.min(HEAD_ELEMENTS, HEAD_ROWS * vocabulary);
    }
}
