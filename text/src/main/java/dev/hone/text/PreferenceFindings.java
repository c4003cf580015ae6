package dev.hone.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Collects what a {@link PreferenceReport} says. */
final class PreferenceFindings {
    private static final int EXAMPLES = 2;
    private static final int CLASSES = 10;
    private static final double LOPSIDED_LENGTH = 0.65;
    private static final double MANY = 0.05;
    private static final double LOPSIDED_LABELS = 4;

    private final Dataset dataset;
    private final EncodedRows.Counts counts;
    private final Tokenizer tokenizer;
    private final Map<String, Double> shares = new LinkedHashMap<>();
    private final Map<String, LengthHistogram> lengths = new LinkedHashMap<>();
    private final List<PreferenceReport.Example> examples = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    PreferenceFindings(Dataset dataset, EncodedRows<?> encoded, Tokenizer tokenizer) {
        this.dataset = dataset;
        this.counts = encoded.counts();
        this.tokenizer = tokenizer;
        warnOfCounts();
    }

    void share(String name, int part, int whole) { shares.put(name, whole == 0 ? 0 : (double) part / whole); }

    /** The share of each value where there are few, as classes have. */
    void shareOfValues(double[] values) {
        Map<Double, Integer> seen = new TreeMap<>();
        Arrays.stream(values).forEach(value -> seen.merge(value, 1, Integer::sum));
        if (seen.size() <= CLASSES) {
            seen.forEach((value, count) -> share("score " + value, count, values.length));
        }
        if (seen.size() == 1) {
            warnings.add("every row has the score " + values[0] + ": nothing can be learned from it but this number");
        }
    }

    void length(String name, int[] tokens) {
        if (tokens.length > 0) {
            lengths.put(name, LengthHistogram.of(tokens));
        }
    }

    void example(String name, Encoded row) {
        examples.add(new PreferenceReport.Example(name, TokenView.of(row, tokenizer)));
    }

    /** The places of a few rows, from the first to the last. */
    static int[] spread(int rows) {
        int shown = Math.min(EXAMPLES, rows);
        return IntStream.range(0, shown).map(i -> (int) ((long) i * (rows - 1) / Math.max(1, shown - 1))).toArray();
    }

    private void warnOfCounts() {
        if (counts.equal() > 0) {
            warnings.add(count(counts.equal()) + " pairs have two equal answers and are left out");
        }
        if (counts.tooLong() > 0) {
            warnings.add(count(counts.tooLong())
                    + " samples do not fit max_length and are left out; raise it or shorten them");
        }
        if (counts.shortened() > MANY * counts.samples()) {
            warnings.add(count(counts.shortened()) + " of " + count(counts.samples())
                    + " prompts lose their start, so that answers fit max_length whole; raise it to keep them");
        }
        long bad = dataset.skipped().rows();
        if (bad > 0) {
            warnings.add(count(bad) + " bad rows were left out; the first: " + dataset.skipped().examples().getFirst());
        }
    }

    void warnOfLength(int longer, int shorter, int rows) {
        if (Math.max(longer, shorter) > LOPSIDED_LENGTH * rows) {
            warnings.add("the " + (longer > shorter ? "longer" : "shorter") + " answer is the better one in "
                    + percent((double) Math.max(longer, shorter) / rows)
                    + " of the rows: length alone may be learned; compare with a model that only counts tokens, "
                    + "balance the data, or choose a loss that divides by the length");
        }
    }

    void warnOfMargins(int negative) {
        if (negative > 0) {
            warnings.add(
                    count(negative) + " pairs have a negative margin, which says that the rejected answer is better; "
                            + "swap or remove them");
        }
    }

    void warnOfBalance(int positive, int negative) {
        if (Math.max(positive, negative) > LOPSIDED_LABELS * Math.min(positive, negative)) {
            warnings.add("the labels are lopsided, " + count(positive) + " against " + count(negative)
                    + ": weigh them so that both sides count about the same, or add rows of the rarer kind");
        }
    }

    /** A policy that never sees an end token in what it should prefer does not learn to stop. */
    void warnOfEndings(List<Encoded> rows) {
        TurnEnds ends = new TurnEnds(tokenizer);
        if (rows.stream().noneMatch(ends::endsTurn)) {
            warnings.add("no answer ends with an end token: a policy trained on this never learns to stop; "
                    + "name an eos_token in tokenizer_config.json or use a chat template that writes one");
        }
    }

    PreferenceReport report() {
        return new PreferenceReport(dataset.schema(), counts, dataset.skipped().rows(), shares, lengths, examples,
                warnings);
    }

    private static String count(long value) { return String.format(Locale.ROOT, "%,d", value); }

    private static String percent(double share) { return String.format(Locale.ROOT, "%.1f %%", 100 * share); }
}
