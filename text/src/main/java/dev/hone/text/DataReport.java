package dev.hone.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * What a dataset will teach: shown before a training starts, so that data from which nothing, or nothing good, would be
 * learned is seen first.
 *
 * @param schema what the columns were taken for
 * @param counts the numbers
 * @param lengths the tokens of the samples, before truncation
 * @param examples a few rows token by token
 * @param warnings what deserves a look, each with what to do; empty where all is well
 */
public record DataReport(Schema schema, Counts counts, LengthHistogram lengths, List<TokenView> examples,
        List<String> warnings) {
    private static final int EXAMPLES = 3;
    private static final double MANY_TRUNCATED = 0.05;
    private static final double FEW_ENDINGS = 0.5;

    public DataReport {
        examples = List.copyOf(examples);
        warnings = List.copyOf(warnings);
    }

    /**
     * @param samples samples read
     * @param badRows rows of the files that could not be used and were left out
     * @param rows rows to train on
     * @param tokens tokens in the rows
     * @param trainedTokens tokens that carry loss
     * @param truncated samples longer than the window
     * @param dropped samples without a token that carries loss
     * @param endingShare share of the rows whose last token with loss ends the turn: an end token or another special token
     * @param doubleBegin rows that begin with two begin tokens
     */
    public record Counts(int samples, long badRows, int rows, long tokens, long trainedTokens, int truncated,
            int dropped,
            double endingShare, int doubleBegin) {}

    /** Looks at all rows of a dataset. */
    public static DataReport of(Dataset dataset, EncodedDataset encoded, Tokenizer tokenizer, EncodeOptions options) {
        List<Encoded> rows = encoded.rows();
        TurnEnds ends = new TurnEnds(tokenizer);
        long ending = rows.stream().filter(ends::endsTurn).count();
        OptionalInt bos = tokenizer.vocabulary().bos();
        int doubled = (int) rows.stream().filter(row -> bos.isPresent() && row.length() > 1
                && row.ids()[0] == bos.getAsInt() && row.ids()[1] == bos.getAsInt()).count();
        Counts counts = new Counts(dataset.size(), dataset.skipped().rows(), rows.size(), encoded.tokens(),
                encoded.trainedTokens(), encoded.truncated(), encoded.dropped(),
                rows.isEmpty() ? 0 : (double) ending / rows.size(), doubled);
        int shown = Math.min(EXAMPLES, rows.size());
        List<TokenView> examples = IntStream.range(0, shown) // the first, the last and what lies between
                .map(i -> (int) ((long) i * (rows.size() - 1) / Math.max(1, shown - 1)))
                .mapToObj(i -> TokenView.of(rows.get(i), tokenizer)).toList();
        return new DataReport(dataset.schema(), counts, LengthHistogram.of(encoded.lengths()), examples,
                warnings(counts, options, bos.isEmpty() && tokenizer.vocabulary().eos().isEmpty(),
                        dataset.skipped().examples()));
    }

    /** The same report with a further warning. */
    public DataReport warning(String more) {
        List<String> all = new ArrayList<>(warnings);
        all.add(more);
        return new DataReport(schema, counts, lengths, examples, all);
    }

    private static List<String> warnings(Counts counts, EncodeOptions options, boolean noSpecials,
            List<String> badRows) {
        List<String> warnings = new ArrayList<>();
        if (counts.endingShare() == 0) {
            warnings.add("no row's last token with loss ends its turn: a model trained on this never learns to stop; "
                    + (noSpecials
                            ? "name an eos_token in tokenizer_config.json"
                            : counts.truncated() == counts.samples()
                                    ? "every sample is truncated, raise max_length"
                                    : "use a chat template that writes an end token after each reply"));
        } else if (counts.endingShare() < FEW_ENDINGS) {
            warnings.add("only " + percent(counts.endingShare())
                    + " of the rows end their turn inside the window: the model learns to run on; raise max_length or shorten the data");
        }
        if (counts.truncated() > MANY_TRUNCATED * counts.samples()) {
            warnings.add(percent((double) counts.truncated() / counts.samples())
                    + " of the samples are longer than max_length "
                    + options.maxLength() + " and lose their "
                    + (options.truncation() == Truncation.KEEP_START ? "end" : "start")
                    + "; raise max_length or shorten them");
        }
        if (counts.dropped() > 0) {
            warnings.add(number(counts.dropped()) + " samples have no token with loss (loss mode " + options.loss()
                    + ") inside the window and are not trained on");
        }
        if (counts.badRows() > 0) {
            warnings.add(number(counts.badRows()) + " bad rows were left out; the first: " + badRows.getFirst());
        }
        if (counts.doubleBegin() > 0) {
            warnings.add(number(counts.doubleBegin())
                    + " rows begin with two begin tokens: the texts hold one already; take it out of the data");
        }
        return warnings;
    }

    /**
     * Stops a training that would learn nothing.
     *
     * @throws DataException if no token carries loss
     */
    public void requireTrainable() {
        if (counts.trainedTokens() == 0) {
            throw new DataException("no token of the " + number(counts.samples())
                    + " samples carries loss: training would learn nothing; expected replies of the assistant inside max_length");
        }
    }

    /** The report as text. */
    public String render(boolean colours) {
        StringBuilder text = new StringBuilder();
        line(text, "schema", schema.describe());
        line(text, "samples",
                number(counts.samples()) + ", truncated " + number(counts.truncated()) + ", dropped without loss "
                        + number(counts.dropped()) + ", bad rows left out " + number(counts.badRows()));
        line(text, "tokens", number(counts.tokens()) + ", of which " + number(counts.trainedTokens()) + " carry loss ("
                + percent((double) counts.trainedTokens() / Math.max(1, counts.tokens())) + ")");
        line(text, "turn ends",
                percent(counts.endingShare()) + " of the rows end their turn with the last token that carries loss");
        line(text, "lengths", "shortest " + lengths.minimum() + ", median " + lengths.median() + ", 95 % up to "
                + lengths.percentile95() + ", longest " + lengths.maximum() + " tokens (before truncation)");
        text.append(lengths.render());
        text.append(colours ? "\nsamples, tokens with loss in green:\n" : "\nsamples, tokens with loss in ⟦ ⟧:\n");
        for (TokenView example : examples) {
            text.append("  ").append(example.render(colours)).append("\n\n");
        }
        warnings.forEach(warning -> text.append("warning: ").append(warning).append('\n'));
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(String.format(Locale.ROOT, "%-10s %s\n", name, value));
    }

    private static String number(long value) { return String.format(Locale.ROOT, "%,d", value); }

    /** Rounded down, so that 100 % and 0 % mean all and none. */
    private static String percent(double share) {
        double rounded = Math.floor(share * 1000) / 10;
        return share > 0 && rounded == 0 ? "less than 0.1 %" : String.format(Locale.ROOT, "%.1f %%", rounded);
    }
}
