package dev.hone.objective;

/**
 * How far the policy is from the reference at a sampled token, from x = log π − log π_ref: estimates of KL(π ‖ π_ref) (Schulman 2020,
 * "Approximating KL divergence").
 */
public enum KlEstimator {
    /** x: unbiased, of either sign. */
    K1,
    /** |x|. */
    ABS,
    /** ½x²: never negative, biased, little noise. */
    MSE,
    /** e^(−x) − 1 + x: unbiased and never negative; as a reward its gradient is biased. The exponent is bounded by 80. */
    K3,
    /** The KL of the whole distributions, which whoever has them computes. */
    FULL;

    private static final double LARGEST_EXPONENT = 80;

    /**
     * @param logRatio x, nats
     * @param full KL of the distributions at this place, nats; read by {@link #FULL} alone
     */
    public double of(double logRatio, double full) {
        return switch (this) {
            case K1 -> logRatio;
            case ABS -> Math.abs(logRatio);
            case MSE -> 0.5 * logRatio * logRatio;
            case K3 -> Math.exp(Math.min(-logRatio, LARGEST_EXPONENT)) - 1 + logRatio;
            case FULL -> full;
        };
    }

    /** Of every token; {@link #FULL} cannot be had from samples. */
    public double[] of(double[] logRatios) {
        if (this == FULL) {
            throw new IllegalArgumentException("the full KL from sampled tokens: give the KL of the distributions");
        }
        double[] values = new double[logRatios.length];
        for (int t = 0; t < values.length; t++) {
            values[t] = of(logRatios[t], 0);
        }
        return values;
    }
}
