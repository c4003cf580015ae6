package dev.hone.train;

import java.util.Arrays;

/**
 * Values over positions, as a chart draws them.
 *
 * @param xs positions, finite and never decreasing
 * @param ys values, as many; NaN and infinities are gaps
 */
public record Curve(double[] xs, double[] ys) {
    private static final int LONG = 2000;
    private static final int MAX_REACH = 25;

    public Curve {
        if (xs.length != ys.length) {
            throw new IllegalArgumentException("found " + xs.length + " positions and " + ys.length
                    + " values, expected as many of each");
        }
        for (int i = 0; i < xs.length; i++) {
            if (!Double.isFinite(xs[i]) || i > 0 && xs[i] < xs[i - 1]) {
                throw new IllegalArgumentException("found position " + xs[i] + " at index " + i
                        + ", expected finite positions that never decrease");
            }
        }
    }

    public int size() { return xs.length; }

    double smallest() { return Arrays.stream(ys).filter(Double::isFinite).min().orElse(Double.NaN); }

    double largest() { return Arrays.stream(ys).filter(Double::isFinite).max().orElse(Double.NaN); }

    double median() {
        double[] finite = Arrays.stream(ys).filter(Double::isFinite).sorted().toArray();
        return finite.length == 0 ? Double.NaN : finite[finite.length / 2];
    }

    /**
     * At most {@code limit} points (4 or more) that look the same when drawn: the first, the last, and the smallest and
     * the largest of each of equally long stretches. A stretch without a finite value stays a gap.
     */
    public Curve thinned(int limit) {
        if (size() <= limit) {
            return this;
        }
        int stretches = (limit - 2) / 2;
        int[] kept = new int[limit];
        int count = 0;
        kept[count++] = 0;
        for (int s = 0; s < stretches; s++) {
            int from = 1 + (int) ((size() - 2L) * s / stretches);
            int to = 1 + (int) ((size() - 2L) * (s + 1) / stretches);
            int low = extreme(from, to, 1);
            int high = extreme(from, to, -1);
            kept[count++] = Math.min(low, high);
            if (low != high) {
                kept[count++] = Math.max(low, high);
            }
        }
        kept[count++] = size() - 1;
        int[] indices = Arrays.copyOf(kept, count);
        return new Curve(Arrays.stream(indices).mapToDouble(i -> xs[i]).toArray(),
                Arrays.stream(indices).mapToDouble(i -> ys[i]).toArray());
    }

    private int extreme(int from, int to, int sign) {
        int best = from;
        for (int i = from + 1; i < to; i++) {
            if (Double.isFinite(ys[i]) && (!Double.isFinite(ys[best]) || sign * ys[i] < sign * ys[best])) {
                best = i;
            }
        }
        return best;
    }

    /**
     * The course without its noise: at every point the mean of the values around it, as many before as after, so that it
     * neither lags nor blunts a steep start (only the last points have fewer after), the outermost tenths left out, so that
     * a lone spike leaves no trace. Gaps stay gaps. Very long curves are first cut down to medians of equal stretches.
     */
    public Curve smoothed() {
        Curve source = size() > 2 * LONG ? medians(LONG) : this;
        int reach = Math.min(MAX_REACH, source.size() / 40);
        double[] smooth = new double[source.size()];
        for (int i = 0; i < smooth.length; i++) {
            int around = Math.min(reach, i);
            int end = Math.min(i + around + 1, smooth.length);
            smooth[i] = Double.isFinite(source.ys[i]) ? trimmedMean(source.ys, i - around, end) : Double.NaN;
        }
        return new Curve(source.xs, smooth);
    }

    private static double trimmedMean(double[] ys, int from, int to) {
        double[] finite = Arrays.stream(ys, from, to).filter(Double::isFinite).sorted().toArray();
        int trim = finite.length / 10;
        return Arrays.stream(finite, trim, finite.length - trim).map(y -> y / (finite.length - 2 * trim)).sum();
    }

    private Curve medians(int stretches) {
        double[] middles = new double[stretches];
        double[] medians = new double[stretches];
        for (int s = 0; s < stretches; s++) {
            int from = (int) ((long) size() * s / stretches);
            int to = (int) ((long) size() * (s + 1) / stretches);
            // Both ends keep their place, so that the smoothed curve is as long as the raw one.
            middles[s] = s == 0 ? xs[0] : s == stretches - 1 ? xs[size() - 1] : xs[(from + to) / 2];
            medians[s] = new Curve(Arrays.copyOfRange(xs, from, to), Arrays.copyOfRange(ys, from, to)).median();
        }
        return new Curve(middles, medians);
    }

    /** The index whose position is nearest, −1 for an empty curve. */
    int nearest(double x) {
        int found = Arrays.binarySearch(xs, x);
        if (found >= 0 || size() == 0) {
            return size() == 0 ? -1 : found;
        }
        int after = -found - 1;
        if (after == 0 || after == size()) {
            return after == 0 ? 0 : size() - 1;
        }
        return x - xs[after - 1] <= xs[after] - x ? after - 1 : after;
    }
}
