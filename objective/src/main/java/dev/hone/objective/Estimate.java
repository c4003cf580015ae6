package dev.hone.objective;

import java.util.Arrays;

/**
 * Advantages of the completions of a step.
 *
 * @param advantages per completion one number for each token
 * @param returns per completion what a critic's value before each token should be; what is left to earn
 * @param usable [n] whether a completion could be judged
 * @param metrics {@code reward}, {@code reward_std} and what else the method reports, under TRL's names
 */
public record Estimate(double[][] advantages, double[][] returns, boolean[] usable, MetricTotals metrics) {

    /** Completions end to end. */
    public static double[] flat(double[][] rows) {
        return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
    }

    /**
     * [P] the weights of all tokens, completions end to end: 0 where a completion could not be judged, or was cut off and such are
     * not to be learned from.
     *
     * @param ended [n] whether a completion came to its end
     * @param maskTruncated whether those that did not are left out
     */
    public double[] weights(boolean[] ended, boolean maskTruncated) {
        double[][] rows = new double[usable.length][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = new double[advantages[i].length];
            Arrays.fill(rows[i], usable[i] && (ended[i] || !maskTruncated) ? 1 : 0);
        }
        return flat(rows);
    }
}
