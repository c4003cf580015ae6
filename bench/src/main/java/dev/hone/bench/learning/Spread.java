package dev.hone.bench.learning;

import dev.hone.train.Curve;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** Mean, least and greatest of several curves at the same positions. */
record Spread(double[] xs, double[] mean, double[] least, double[] greatest) {

    static Spread of(List<Curve> curves) {
        double[] xs = curves.getFirst().xs();
        double[][] columns = IntStream.range(0, xs.length)
                .mapToObj(i -> curves.stream().mapToDouble(curve -> curve.ys()[i]).toArray()).toArray(double[][]::new);
        return new Spread(xs, each(columns, Spread::mean),
                each(columns, column -> Arrays.stream(column).min().orElse(Double.NaN)),
                each(columns, column -> Arrays.stream(column).max().orElse(Double.NaN)));
    }

    private static double[] each(double[][] columns, ToDoubleFunction<double[]> what) {
        return Arrays.stream(columns).mapToDouble(what).toArray();
    }

    /** Means of so many neighbours, at the last of them; what is left over at the end is left out. */
    static Curve blocks(Curve curve, int size) {
        int blocks = curve.size() / size;
        return new Curve(IntStream.range(0, blocks).mapToDouble(i -> curve.xs()[(i + 1) * size - 1]).toArray(),
                IntStream.range(0, blocks)
                        .mapToDouble(i -> mean(Arrays.copyOfRange(curve.ys(), i * size, (i + 1) * size))).toArray());
    }

    static double mean(double[] values) { return Arrays.stream(values).average().orElse(Double.NaN); }

    /** The standard deviation between seeds, as of a sample. */
    static double deviation(double[] values) {
        double mean = mean(values);
        return Math.sqrt(Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / (values.length - 1));
    }
}
