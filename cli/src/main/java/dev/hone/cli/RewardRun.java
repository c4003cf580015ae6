package dev.hone.cli;

import dev.hone.model.ModelException;
import dev.hone.model.RewardScorer;
import dev.hone.text.Encoded;
import dev.hone.text.EncodedGraded;
import dev.hone.text.EncodedPair;
import dev.hone.text.EncodedRows;
import dev.hone.text.LabelledEncoder;
import dev.hone.text.Origin;
import dev.hone.train.LabelledSettings;
import dev.hone.train.NonFiniteException;
import dev.hone.train.RewardQuality;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Scores texts or pairs with a reward model, some at a time, and says what it saw in all. */
final class RewardRun {
    /** Rows whose results wait in memory at most. */
    private static final int ROWS = 256;

    private final LoadedReward model;
    private final RewardData data;
    private final int window;
    private final RewardScorer scorer;
    private final List<String> labels;
    private final List<String> summary = new ArrayList<>();

    RewardRun(LoadedReward model, RewardData data, ScoreSettings settings) {
        this.model = model;
        this.data = data;
        this.window = settings.window(model.positions());
        this.scorer = new RewardScorer(model.model(), settings.microbatchTokens());
        this.labels = model.model().labelNames();
    }

    /** Both answers of each pair. */
    RewardQuality pairs(LabelledSettings labelled, Results results) {
        if (labels.size() != 1) {
            throw new ModelException("the model gives " + labels.size() + " scores (" + String.join(", ", labels)
                    + "), expected one, by which two answers can be compared: give a reward model of one label, or score the"
                    + " answers one by one");
        }
        EncodedRows<EncodedPair> pairs = encoder(labelled).pairs(data.dataset());
        List<RewardQuality.Pair> scored = new ArrayList<>();
        for (int from = 0; from < pairs.size(); from += ROWS) {
            int to = Math.min(pairs.size(), from + ROWS);
            List<EncodedPair> rows = pairs.rows().subList(from, to);
            List<double[]> scores = scorer
                    .score(rows.stream().flatMap(p -> Stream.of(p.chosen(), p.rejected())).toList());
            for (int i = 0; i < rows.size(); i++) {
                Origin origin = pairs.origins().get(from + i);
                RewardQuality.Pair pair = pair(rows.get(i), finite(scores.get(2 * i), origin)[0],
                        finite(scores.get(2 * i + 1), origin)[0], origin);
                scored.add(pair);
                results.write(json(from + i, origin, pair));
            }
        }
        RewardQuality quality = RewardQuality.of(scored);
        summary.add(left(pairs.counts()));
        summary.addAll(quality.render().lines().toList());
        quality.warnings().forEach(warning -> summary.add("warning: " + warning));
        return quality;
    }

    private RewardQuality.Pair pair(EncodedPair row, double chosen, double rejected, Origin origin) {
        return new RewardQuality.Pair(chosen, rejected, row.chosen().length() - row.promptLength(),
                row.rejected().length() - row.promptLength(), Optional.ofNullable(data.firstBetter().get(origin)));
    }

    private static Map<String, Object> json(int row, Origin origin, RewardQuality.Pair pair) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("row", row);
        json.put("source", origin.toString());
        json.put("chosen", pair.chosen());
        json.put("rejected", pair.rejected());
        json.put("margin", pair.chosen() - pair.rejected());
        json.put("correct", pair.chosen() > pair.rejected());
        json.put("chosen_tokens", pair.chosenLength());
        json.put("rejected_tokens", pair.rejectedLength());
        return json;
    }

    /** Each text, conversation or answer. */
    void texts(LabelledSettings labelled, Results results) {
        EncodedRows<EncodedGraded> texts = encoder(labelled).graded(data.dataset());
        double[][] all = new double[labels.size()][texts.size()];
        double[] lengths = new double[texts.size()];
        for (int from = 0; from < texts.size(); from += ROWS) {
            int to = Math.min(texts.size(), from + ROWS);
            List<Encoded> rows = texts.rows().subList(from, to).stream().map(EncodedGraded::row).toList();
            List<double[]> scores = scorer.score(rows);
            for (int i = 0; i < rows.size(); i++) {
                int row = from + i;
                double[] score = finite(scores.get(i), texts.origins().get(row));
                IntStream.range(0, score.length).forEach(label -> all[label][row] = score[label]);
                lengths[row] = rows.get(i).length() - texts.rows().get(row).promptLength();
                results.write(json(row, texts.origins().get(row), score, (int) lengths[row]));
            }
        }
        summary.add(left(texts.counts()));
        for (int label = 0; label < all.length; label++) {
            summary.add(labels.get(label) + ": " + spread(all[label], lengths));
        }
    }

    private Map<String, Object> json(int row, Origin origin, double[] score, int tokens) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("row", row);
        json.put("source", origin.toString());
        if (score.length == 1) {
            json.put("score", score[0]);
        } else {
            Map<String, Double> scores = new LinkedHashMap<>();
            IntStream.range(0, score.length).forEach(label -> scores.put(labels.get(label), score[label]));
            json.put("scores", scores);
            json.put("label", labels.get(IntStream.range(0, score.length)
                    .reduce((a, b) -> score[b] > score[a] ? b : a).orElseThrow()));
        }
        json.put("token_count", tokens);
        return json;
    }

    private static String spread(double[] scores, double[] lengths) {
        double mean = Arrays.stream(scores).average().orElseThrow();
        double deviation = Math.sqrt(Arrays.stream(scores).map(s -> (s - mean) * (s - mean)).average().orElseThrow());
        return String.format(Locale.ROOT,
                "mean %.4f, deviation %.4f, lowest %.4f, highest %.4f, correlation with length %s",
                mean, deviation, Arrays.stream(scores).min().orElseThrow(), Arrays.stream(scores).max().orElseThrow(),
                RewardQuality.correlation(scores, lengths).stream()
                        .mapToObj(value -> String.format(Locale.ROOT, "%.3f", value)).findFirst().orElse("none"));
    }

    private static double[] finite(double[] score, Origin origin) {
        if (!Arrays.stream(score).allMatch(Double::isFinite)) {
            throw new NonFiniteException(origin + ": the model's score is " + Arrays.toString(score)
                    + ", expected finite numbers: its weights are damaged, or dtype is too small for it; try dtype: fp32");
        }
        return score;
    }

    private LabelledEncoder encoder(LabelledSettings labelled) { return model.encoder(labelled.options(window)); }

    private String left(EncodedRows.Counts counts) {
        long bad = data.dataset().skipped().rows();
        return String.format(Locale.ROOT, "%,d rows (%s)", counts.samples() - counts.tooLong() - counts.equal(),
                data.dataset().schema().describe())
                + (counts.shortened() == 0
                        ? ""
                        : "; " + counts.shortened() + " lost the start of their prompt to fit " + window + " tokens")
                + (counts.tooLong() == 0 ? "" : "; " + counts.tooLong() + " did not fit and were left out")
                + (counts.equal() == 0 ? "" : "; " + counts.equal() + " pairs of equal answers were left out")
                + (bad == 0
                        ? ""
                        : "; " + bad + " rows were left out: " + data.dataset().skipped().examples().getFirst());
    }

    /** All rows together, in a few lines. */
    List<String> summary() { return List.copyOf(summary); }
}
