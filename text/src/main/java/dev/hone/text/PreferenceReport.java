package dev.hone.text;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What labelled data will teach, shown before a training starts.
 *
 * @param schema what the columns were taken for
 * @param counts what became of the samples
 * @param badRows rows of the files that were left out
 * @param shares parts of the rows of which something is true, 0 to 1: {@code longer chosen}, {@code desirable} …
 * @param lengths tokens of the parts of a row: {@code prompt}, {@code chosen}, {@code rejected} …
 * @param examples rows token by token, each with its name
 * @param warnings what deserves a look, each with what to do; empty where all is well
 */
public record PreferenceReport(Schema schema, EncodedRows.Counts counts, long badRows, Map<String, Double> shares,
        Map<String, LengthHistogram> lengths, List<Example> examples, List<String> warnings) {
    public PreferenceReport {
        shares = Collections.unmodifiableMap(new LinkedHashMap<>(shares));
        lengths = Collections.unmodifiableMap(new LinkedHashMap<>(lengths));
        examples = List.copyOf(examples);
        warnings = List.copyOf(warnings);
    }

    /**
     * @param name what the row is: {@code chosen}, {@code rejected} …
     * @param row its tokens
     */
    public record Example(String name, TokenView row) {}

    /** Looks at preference pairs. */
    public static PreferenceReport ofPairs(Dataset dataset, EncodedRows<EncodedPair> encoded, Tokenizer tokenizer) {
        PreferenceFindings found = new PreferenceFindings(dataset, encoded, tokenizer);
        List<EncodedPair> pairs = encoded.rows();
        found.share("equal answers", encoded.counts().equal(), encoded.counts().samples());
        int longer = (int) pairs.stream().filter(pair -> pair.chosen().length() > pair.rejected().length()).count();
        int shorter = (int) pairs.stream().filter(pair -> pair.chosen().length() < pair.rejected().length()).count();
        found.share("longer chosen", longer, pairs.size());
        found.share("shorter chosen", shorter, pairs.size());
        found.share("with margin", (int) pairs.stream().filter(pair -> pair.margin().isPresent()).count(),
                pairs.size());
        found.length("prompt", pairs.stream().mapToInt(EncodedPair::promptLength).toArray());
        found.length("chosen", pairs.stream().mapToInt(p -> p.chosen().length() - p.promptLength()).toArray());
        found.length("rejected", pairs.stream().mapToInt(p -> p.rejected().length() - p.promptLength()).toArray());
        found.warnOfLength(longer, shorter, pairs.size());
        found.warnOfMargins((int) pairs.stream().filter(pair -> pair.margin().orElse(0) < 0).count());
        for (int i : PreferenceFindings.spread(pairs.size())) {
            found.example("chosen", pairs.get(i).chosen());
            found.example("rejected", pairs.get(i).rejected());
        }
        found.warnOfEndings(pairs.stream().map(EncodedPair::chosen).toList());
        return found.report();
    }

    /** Looks at judged answers. */
    public static PreferenceReport ofJudged(Dataset dataset, EncodedRows<EncodedJudged> encoded, Tokenizer tokenizer) {
        PreferenceFindings found = new PreferenceFindings(dataset, encoded, tokenizer);
        List<EncodedJudged> rows = encoded.rows();
        int desirable = (int) rows.stream().filter(EncodedJudged::desirable).count();
        found.share("desirable", desirable, rows.size());
        found.length("prompt", rows.stream().mapToInt(EncodedJudged::promptLength).toArray());
        for (boolean label : new boolean[]{true, false}) {
            found.length(label ? "desirable" : "undesirable", rows.stream().filter(row -> row.desirable() == label)
                    .mapToInt(row -> row.row().length() - row.promptLength()).toArray());
        }
        found.warnOfBalance(desirable, rows.size() - desirable);
        for (int i : PreferenceFindings.spread(rows.size())) {
            found.example(rows.get(i).desirable() ? "desirable" : "undesirable", rows.get(i).row());
        }
        found.warnOfEndings(rows.stream().map(EncodedJudged::row).toList());
        return found.report();
    }

    /** Looks at ranked answers. */
    public static PreferenceReport ofRankings(Dataset dataset, EncodedRows<EncodedRanking> encoded,
            Tokenizer tokenizer) {
        PreferenceFindings found = new PreferenceFindings(dataset, encoded, tokenizer);
        List<EncodedRanking> lists = encoded.rows();
        int longer = (int) lists.stream()
                .filter(list -> list.rows().getFirst().length() > list.rows().getLast().length()).count();
        int shorter = (int) lists.stream()
                .filter(list -> list.rows().getFirst().length() < list.rows().getLast().length()).count();
        found.share("longer best", longer, lists.size());
        found.share("with ties", (int) lists.stream()
                .filter(list -> list.places()[list.places().length - 1] < list.places().length - 1).count(),
                lists.size());
        found.length("prompt", lists.stream().mapToInt(EncodedRanking::promptLength).toArray());
        found.length("best", lists.stream().mapToInt(l -> l.rows().getFirst().length() - l.promptLength()).toArray());
        found.length("worst", lists.stream().mapToInt(l -> l.rows().getLast().length() - l.promptLength()).toArray());
        found.warnOfLength(longer, shorter, lists.size());
        for (int i : PreferenceFindings.spread(lists.size())) {
            found.example("best", lists.get(i).rows().getFirst());
            found.example("worst", lists.get(i).rows().getLast());
        }
        return found.report();
    }

    /** Looks at texts with a score or class. */
    public static PreferenceReport ofGraded(Dataset dataset, EncodedRows<EncodedGraded> encoded, Tokenizer tokenizer) {
        PreferenceFindings found = new PreferenceFindings(dataset, encoded, tokenizer);
        List<EncodedGraded> rows = encoded.rows();
        found.shareOfValues(rows.stream().mapToDouble(EncodedGraded::score).toArray());
        found.length("text", rows.stream().mapToInt(row -> row.row().length()).toArray());
        for (int i : PreferenceFindings.spread(rows.size())) {
            found.example("score " + rows.get(i).score(), rows.get(i).row());
        }
        return found.report();
    }

    /** Looks at safety pairs. */
    public static PreferenceReport ofSafety(Dataset dataset, EncodedRows<EncodedSafety> encoded, Tokenizer tokenizer) {
        PreferenceFindings found = new PreferenceFindings(dataset, encoded, tokenizer);
        List<EncodedSafety> rows = encoded.rows();
        int safe = (int) rows.stream().mapToInt(row -> (row.labels().firstSafe() ? 1 : 0)
                + (row.labels().secondSafe() ? 1 : 0)).sum();
        found.share("equal answers", encoded.counts().equal(), encoded.counts().samples());
        found.share("safe answers", safe, 2 * rows.size());
        found.share("better is safer", (int) rows.stream()
                .filter(row -> row.labels().firstBetter() == row.labels().firstSafer()).count(), rows.size());
        found.length("prompt", rows.stream().mapToInt(EncodedSafety::promptLength).toArray());
        found.length("answers", rows.stream().flatMapToInt(row -> IntStream.of(row.first().length(),
                row.second().length()).map(length -> length - row.promptLength())).toArray());
        found.warnOfBalance(safe, 2 * rows.size() - safe);
        for (int i : PreferenceFindings.spread(rows.size())) {
            found.example(rows.get(i).labels().firstSafe() ? "safe" : "unsafe", rows.get(i).first());
            found.example(rows.get(i).labels().secondSafe() ? "safe" : "unsafe", rows.get(i).second());
        }
        return found.report();
    }

    /** Looks at judged steps. */
    public static PreferenceReport ofSteps(Dataset dataset, EncodedRows<EncodedSteps> encoded, Tokenizer tokenizer) {
        PreferenceFindings found = new PreferenceFindings(dataset, encoded, tokenizer);
        List<EncodedSteps> rows = encoded.rows();
        int steps = rows.stream().mapToInt(row -> row.correct().length).sum();
        int correct = (int) rows.stream().mapToLong(row -> IntStream.range(0, row.correct().length)
                .filter(i -> row.correct()[i]).count()).sum();
        found.share("correct steps", correct, steps);
        found.length("prompt", rows.stream().mapToInt(EncodedSteps::promptLength).toArray());
        found.length("solution", rows.stream().mapToInt(row -> row.row().length() - row.promptLength()).toArray());
        found.warnOfBalance(correct, steps - correct);
        for (int i : PreferenceFindings.spread(rows.size())) {
            found.example("solution", rows.get(i).row());
        }
        return found.report();
    }

    /** The same report with a further warning. */
    public PreferenceReport warning(String more) {
        List<String> all = new ArrayList<>(warnings);
        all.add(more);
        return new PreferenceReport(schema, counts, badRows, shares, lengths, examples, all);
    }

    /** The report as text. */
    public String render(boolean colours) {
        StringBuilder text = new StringBuilder();
        line(text, "schema", schema.describe());
        line(text, "samples", number(counts.samples()) + ", prompts shortened " + number(counts.shortened())
                + ", too long " + number(counts.tooLong()) + ", pairs of equal answers " + number(counts.equal())
                + ", bad rows left out " + number(badRows));
        shares.forEach((name, share) -> line(text, name, String.format(Locale.ROOT, "%.1f %%", 100 * share)));
        lengths.forEach((name, histogram) -> {
            line(text, name, "shortest " + histogram.minimum() + ", median " + histogram.median() + ", 95 % up to "
                    + histogram.percentile95() + ", longest " + histogram.maximum() + " tokens");
            text.append(histogram.render());
        });
        text.append(colours ? "\nrows, tokens with loss in green:\n" : "\nrows, tokens with loss in ⟦ ⟧:\n");
        examples.forEach(example -> text.append("  ").append(example.name()).append(": ")
                .append(example.row().render(colours)).append("\n\n"));
        warnings.forEach(warning -> text.append("warning: ").append(warning).append('\n'));
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(String.format(Locale.ROOT, "%-15s %s\n", name, value));
    }

    private static String number(long value) { return String.format(Locale.ROOT, "%,d", value); }
}
