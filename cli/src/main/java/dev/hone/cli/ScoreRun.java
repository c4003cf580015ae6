package dev.hone.cli;

import dev.hone.model.Scorer;
import dev.hone.text.ConversationRenderer;
import dev.hone.text.DataException;
import dev.hone.text.Dataset;
import dev.hone.text.EncodeOptions;
import dev.hone.text.Encoded;
import dev.hone.text.Encoder;
import dev.hone.text.LossMode;
import dev.hone.text.Sample;
import dev.hone.text.TokenView;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** Scores the rows of a dataset, some at a time, and adds them up. */
final class ScoreRun {
    /** Rows whose results wait in memory at most. */
    private static final int ROWS = 256;

    private final LoadedModel model;
    private final Dataset dataset;
    private final Scorer scorer;
    private final Encoder whole;
    private final Encoder cut;
    private final int window;
    private long tokens;
    private double total;
    private int truncated;
    private int unscored;

    ScoreRun(LoadedModel model, Dataset dataset, ScoreSettings settings) {
        this.model = model;
        this.dataset = dataset;
        this.scorer = new Scorer(model.model(), settings.microbatchTokens());
        this.window = settings.window(model.positions());
        LossMode mode = settings.lossMode(dataset);
        this.whole = encoder(EncodeOptions.of(mode, Integer.MAX_VALUE));
        this.cut = encoder(EncodeOptions.of(mode, window));
    }

    private Encoder encoder(EncodeOptions options) {
        return model.template().map(
                template -> Encoder.chat(model.tokenizer(), ConversationRenderer.of(template), options))
                .orElseGet(() -> Encoder.plain(model.tokenizer(), options));
    }

    void into(Results results) {
        for (int from = 0; from < dataset.size(); from += ROWS) {
            int first = from;
            List<Row> rows = IntStream.range(from, Math.min(dataset.size(), from + ROWS)).parallel()
                    .mapToObj(this::encoded).toList();
            List<Scorer.Score> scores = scorer.score(rows.stream().map(Row::encoded).toList());
            for (int i = 0; i < rows.size(); i++) {
                count(rows.get(i), scores.get(i));
                results.write(json(first + i, rows.get(i), scores.get(i)));
            }
        }
    }

    private record Row(Encoded encoded, boolean truncated) {}

    private Row encoded(int row) {
        Sample sample = dataset.samples().get(row);
        try {
            Encoded all = whole.encode(sample);
            return all.length() > window ? new Row(cut.encode(sample), true) : new Row(all, false);
        } catch (DataException e) {
            throw new DataException(dataset.origins().get(row) + ": " + e.getMessage(), e);
        }
    }

    private void count(Row row, Scorer.Score score) {
        tokens += score.tokens();
        total += score.total();
        truncated += row.truncated() ? 1 : 0;
        unscored += score.tokens() == 0 ? 1 : 0;
    }

    private Map<String, Object> json(int number, Row row, Scorer.Score score) {
        List<TokenView.Shown> shown = TokenView.of(row.encoded(), model.tokenizer()).tokens();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("row", number);
        json.put("source", dataset.origins().get(number).toString());
        json.put("tokens", IntStream.of(score.positions()).mapToObj(i -> shown.get(i).text()).toList());
        json.put("token_ids", IntStream.of(score.positions()).map(i -> row.encoded().ids()[i]).toArray());
        json.put("logprobs", score.logProbs());
        json.put("logprob", score.total());
        json.put("token_count", score.tokens());
        score.perplexity().ifPresent(perplexity -> json.put("perplexity", perplexity));
        json.put("truncated", row.truncated());
        return json;
    }

    /** All rows together, in one line. */
    String summary() {
        String perplexity = tokens == 0 ? "none" : String.format(Locale.ROOT, "%.4f", Math.exp(-total / tokens));
        return String.format(Locale.ROOT, "%,d rows (%s), %,d tokens scored: log-probability %.4f, perplexity %s",
                dataset.size(), dataset.schema().describe(), tokens, total, perplexity) + remarks();
    }

    private String remarks() {
        long skipped = dataset.skipped().rows();
        return (truncated == 0
                ? ""
                : "; " + truncated + " rows were longer than " + window + " tokens and lost their end")
                + (unscored == 0 ? "" : "; " + unscored + " rows have no token to score")
                + (skipped == 0 ? "" : "; " + skipped + " bad rows were left out");
    }
}
