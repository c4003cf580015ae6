package dev.hone.objective;

/** Numbers of many completions brought to spread 1 over all of their tokens together. */
public final class Whitening {
    private static final double LEAST_VARIANCE = 1e-8;

    private Whitening() {}

    /**
     * (x − mean)/√(variance + 1e-8), the variance unbiased, as TRL.
     *
     * @param rows per completion one number for each token; a row with NaN is left out and stays as it is
     * @param shift whether the mean becomes 0; else it stays what it was
     */
    public static double[][] of(double[][] rows, boolean shift) {
        RunningMoments moments = RunningMoments.NONE;
        for (double[] row : rows) {
            moments = isUsable(row) ? moments.plus(row) : moments;
        }
        double scale = 1 / Math.sqrt(Math.pow(moments.standardDeviation(), 2) + LEAST_VARIANCE);
        double back = shift ? 0 : moments.mean();
        double[][] white = new double[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            white[i] = rows[i].clone();
            for (int t = 0; t < rows[i].length && isUsable(rows[i]); t++) {
                white[i][t] = (rows[i][t] - moments.mean()) * scale + back;
            }
        }
        return white;
    }

    static boolean isUsable(double[] row) {
        for (double value : row) {
            if (Double.isNaN(value)) {
                return false;
            }
        }
        return true;
    }
}
