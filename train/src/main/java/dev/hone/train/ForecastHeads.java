package dev.hone.train;

import dev.hone.model.Census;

/**
 * What two heads for Q, their slow copies and a head for V take, each two projections D → 2D → V or 1 in float32.
 *
 * @param policy on whose hidden states they sit
 */
record ForecastHeads(Census policy) {
    static final int BYTES = 4;
    static final int QS = 2;

    private double q() { return head(policy.vocabulary()); }

    private double head(long outputs) {
        double width = policy.load().hidden();
        return 2 * width * (width + 1) + outputs * (2 * width + 1);
    }

    /** Numbers that train. */
    double trained() { return QS * q() + head(1); }

    /** Bytes of all weights. */
    double weights() { return (trained() + QS * q()) * BYTES; }

    /** Products of a token: forward, and in those that train two backward. */
    double products() {
        return 3 * trained() + QS * q();
    }
}
