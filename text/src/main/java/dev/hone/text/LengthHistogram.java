package dev.hone.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How long the samples of a dataset are, in tokens.
 *
 * @param bins ranges of equal width from 0 on, as far as the longest sample
 * @param minimum the shortest
 * @param median half of the samples are no longer
 * @param percentile95 95 % of the samples are no longer
 * @param maximum the longest
 */
public record LengthHistogram(List<Bin> bins, int minimum, int median, int percentile95, int maximum) {
    private static final int BINS = 10;
    private static final int BAR = 40;
    private static final String EIGHTHS = " ▏▎▍▌▋▊▉";

    public LengthHistogram {
        bins = List.copyOf(bins);
    }

    /**
     * @param from the shortest length counted
     * @param to the longest length counted
     * @param count how many samples
     */
    public record Bin(int from, int to, int count) {}

    /** @param lengths [samples] at least one */
    public static LengthHistogram of(int[] lengths) {
        int[] sorted = lengths.clone();
        Arrays.sort(sorted);
        int maximum = sorted[sorted.length - 1];
        int width = roundWidth(maximum / BINS + 1);
        int[] counts = new int[maximum / width + 1];
        for (int length : sorted) {
            counts[length / width]++;
        }
        List<Bin> bins = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            bins.add(new Bin(i * width, (i + 1) * width - 1, counts[i]));
        }
        return new LengthHistogram(bins, sorted[0], rank(sorted, 0.5), rank(sorted, 0.95), maximum);
    }

    private static int rank(int[] sorted, double share) {
        return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
    }

    /** The next of 1, 2, 5, 10, 20, 50, … */
    private static int roundWidth(int width) {
        int power = 1;
        while (power * 10L < width) {
            power *= 10;
        }
        return width <= power ? power : width <= 2L * power ? 2 * power : width <= 5L * power ? 5 * power : 10 * power;
    }

    /** One line with a bar for each range. */
    public String render() {
        int most = bins.stream().mapToInt(Bin::count).max().orElse(1);
        int digits = String.valueOf(bins.getLast().to()).length();
        StringBuilder text = new StringBuilder();
        for (Bin bin : bins) {
            text.append(
                    String.format(Locale.ROOT, "  %" + digits + "d – %" + digits + "d │%s %,d\n", bin.from(), bin.to(),
                            bar(bin.count(), most), bin.count()));
        }
        return text.toString();
    }

    /** Nothing for none, and at least a thin stroke for one. */
    private static String bar(int count, int most) {
        int eighths = count == 0 ? 0 : Math.max(1, Math.round(8f * BAR * count / most));
        return "█".repeat(eighths / 8) + (eighths % 8 == 0 ? "" : EIGHTHS.charAt(eighths % 8));
    }
}
