package dev.hone.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A chart's scale: where a value stands between two pixel positions, and which values are worth a tick.
 *
 * @param low the value at {@code from}
 * @param high the value at {@code to}, above {@code low}
 * @param log whether equal factors, instead of equal differences, are equally far apart; then {@code low} is positive
 */
record Axis(double low, double high, boolean log, double from, double to) {
    /** Beyond these, the arithmetic of the scale itself would overflow. */
    private static final double FARTHEST = 1e300;
    private static final double FARTHEST_LOG = 1e270;
    /** A relative range below this is shown as constant: labels would need more digits than there is room for. */
    private static final double NARROWEST = 1e-5;

    /** From the smallest to the largest value, both on the edge. */
    static Axis tight(double smallest, double largest, double from, double to) {
        double low = bounded(smallest);
        double high = bounded(largest);
        return low < high ? new Axis(low, high, false, from, to) : new Axis(low - 1, low + 1, false, from, to);
    }

    /** With some air above and below; values that are never negative do not get a negative end. */
    static Axis airy(double smallest, double largest, double from, double to) {
        double low = bounded(smallest);
        double high = bounded(largest);
        double size = Math.max(Math.abs(low), Math.abs(high));
        double air = high - low > NARROWEST * size ? 0.06 * (high - low) : size == 0 ? 1 : 0.1 * size;
        double floor = low >= 0 && low - air < 0 ? 0 : low - air;
        return new Axis(floor, high + air, false, from, to);
    }

    /** Logarithmic, with some air; both values are positive. */
    static Axis logarithmic(double smallest, double largest, double from, double to) {
        double low = boundedPositive(smallest);
        double high = boundedPositive(largest);
        double factor = high / low > 1 + NARROWEST ? Math.exp(0.05 * (Math.log(high) - Math.log(low))) : 2;
        return new Axis(low / factor, high * factor, true, from, to);
    }

    private static double bounded(double value) { return Math.clamp(value, -FARTHEST, FARTHEST); }

    private static double boundedPositive(double value) { return Math.clamp(value, 1 / FARTHEST_LOG, FARTHEST_LOG); }

    /** The pixel position of a value; NaN where the scale has none. */
    double at(double value) {
        double share = log
                ? (Math.log(boundedPositive(value)) - Math.log(low)) / (Math.log(high) - Math.log(low))
                : (bounded(value) - low) / (high - low);
        return value <= 0 && log || !Double.isFinite(value) ? Double.NaN : from + share * (to - from);
    }

    /** The value at a pixel position. */
    double valueAt(double position) {
        double share = (position - from) / (to - from);
        return log ? Math.exp(Math.log(low) + share * (Math.log(high) - Math.log(low))) : low + share * (high - low);
    }

    /** Round values inside the scale, about as many as wanted, in rising order. */
    List<Double> ticks(int wanted) {
        if (!log || high / low < 10) {
            return linearTicks(wanted);
        }
        int first = (int) Math.ceil(Math.log10(low) - 1e-9);
        int last = (int) Math.floor(Math.log10(high) + 1e-9);
        int every = Math.max(1, (last - first + 1) / wanted + ((last - first + 1) % wanted == 0 ? 0 : 1));
        double[] within = last - first + 1 < 3 ? new double[]{1, 2, 5} : new double[]{1};
        List<Double> ticks = new ArrayList<>();
        for (int exponent = first - 1; exponent <= last; exponent++) {
            for (double factor : within) {
                double tick = factor * Math.pow(10, exponent);
                if (tick >= low && tick <= high && Math.floorMod(exponent, every) == 0) {
                    ticks.add(tick);
                }
            }
        }
        return ticks;
    }

    private List<Double> linearTicks(int wanted) {
        double step = step(wanted);
        double first = Math.ceil(low / step - 1e-9);
        List<Double> ticks = new ArrayList<>();
        for (int i = 0; i <= 2 * wanted + 2 && (first + i) * step <= high + 1e-9 * step; i++) {
            // Dividing by a whole number keeps 0.3 from becoming 0.30000000000000004.
            double tick = step < 1 ? (first + i) / Math.rint(1 / step) : (first + i) * step;
            ticks.add(Double.isFinite(tick) && 1 / step < 1e15 ? tick + 0.0 : (first + i) * step);
        }
        return ticks;
    }

    /** The round step, 1, 2 or 5 times a power of ten, that gives about the wanted number of ticks. */
    private double step(int wanted) {
        double raw = (high - low) / wanted;
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        double mantissa = raw / power;
        double step = (mantissa < 1.5 ? 1 : mantissa < 3.2 ? 2 : mantissa < 7.1 ? 5 : 10) * power;
        return step > 0 && Double.isFinite(step) ? step : Math.max(Math.ulp(low), Math.ulp(high));
    }

    /** The labels of some ticks, with as many decimals as tell them apart. */
    List<String> labels(List<Double> ticks) {
        if (ticks.size() < 2) {
            return ticks.stream().map(Axis::brief).toList();
        }
        double gap = Double.MAX_VALUE;
        double largest = 0;
        for (int i = 0; i < ticks.size(); i++) {
            gap = i == 0 ? gap : Math.min(gap, ticks.get(i) - ticks.get(i - 1));
            largest = Math.max(largest, Math.abs(ticks.get(i)));
        }
        if (log && high / low >= 10) {
            return ticks.stream().map(Axis::brief).toList();
        }
        if (largest < 1e-3 || largest >= 1e15) {
            return scientific(ticks, gap);
        }
        double unit = largest >= 1e10 ? 1e9 : largest >= 1e7 ? 1e6 : largest >= 1e4 ? 1e3 : 1;
        String suffix = unit == 1e9 ? "B" : unit == 1e6 ? "M" : unit == 1e3 ? "k" : "";
        int decimals = decimals(gap / unit);
        return ticks.stream().map(tick -> tick == 0 ? "0" : fixed(tick / unit, decimals) + suffix).toList();
    }

    private static List<String> scientific(List<Double> ticks, double gap) {
        return ticks.stream().map(tick -> {
            int exponent = tick == 0 ? 0 : (int) Math.floor(Math.log10(Math.abs(tick)) + 1e-9);
            double power = Math.pow(10, exponent);
            return tick == 0
                    ? "0"
                    : fixed(tick / power, decimals(gap / power)).replaceFirst("\\.0+$", "") + "e" + exponent;
        }).toList();
    }

    private static String brief(double tick) {
        return tick >= 1e-3 && tick < 1e4
                ? Numbers.value(tick).replaceAll("(\\.\\d*?)0+$", "$1").replaceAll("\\.$", "")
                : Numbers.scientific(tick);
    }

    private static int decimals(double gap) { return (int) Math.clamp(Math.ceil(-Math.log10(gap) - 1e-6), 0, 12); }

    private static String fixed(double value, int decimals) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
