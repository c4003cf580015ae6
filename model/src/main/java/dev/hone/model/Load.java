package dev.hone.model;

/**
 * What one token costs a backbone, for estimates of memory.
 *
 * @param layers L
 * @param hidden D
 * @param heads of attention
 * @param activations numbers that one token keeps in one layer until backward, without attention weights
 * @param inner those of them that lie inside of the feed-forward
 */
public record Load(int layers, int hidden, int heads, long activations, long inner) {

    static Load of(ModelSpec spec) {
        long hidden = spec.size().hidden();
        long inner = spec.feedForward().width();
        long feedForward = hidden + (spec.feedForward().gated() ? 5 : 3) * inner;
        return new Load(spec.size().layers(), spec.size().hidden(), spec.attention().heads(),
                5 * hidden + 3L * spec.attention().projected() + feedForward, feedForward);
    }

    static Load of(EncoderSpec spec) {
        long hidden = spec.size().hidden();
        return new Load(spec.size().layers(), spec.size().hidden(), spec.heads(),
                15 * hidden + 3L * spec.feedForward().width(), 3L * spec.feedForward().width());
    }
}
