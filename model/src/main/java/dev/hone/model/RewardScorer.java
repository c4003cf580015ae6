package dev.hone.model;

import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.text.Encoded;
import dev.hone.text.Packer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The scores that a reward model gives to texts, normalised where it keeps a normaliser. Texts go through the model packed,
 * many at once, and never see each other: a score does not depend on its batch.
 */
public final class RewardScorer {
    private final RewardModel model;
    private final int microbatchTokens;

    /** @param microbatchTokens tokens that go through the model together; a longer row goes alone */
    public RewardScorer(RewardModel model, int microbatchTokens) {
        if (microbatchTokens < 1) {
            throw new IllegalArgumentException("microbatch of " + microbatchTokens + " tokens: expected at least 1");
        }
        this.model = model;
        this.microbatchTokens = microbatchTokens;
    }

    /**
     * One score per label of each row.
     *
     * @return in the order of the rows, each [labels]
     * @throws ModelException for a row without tokens, a token that the model does not know, or a row too long for it
     */
    public List<double[]> score(List<Encoded> rows) {
        requireTokens(rows);
        List<double[]> scores = new ArrayList<>(Collections.nCopies(rows.size(), new double[0]));
        for (List<Integer> batch : LengthBatches.of(rows, microbatchTokens)) {
            List<double[]> some = read(batch.stream().map(rows::get).toList(), false);
            for (int i = 0; i < batch.size(); i++) {
                scores.set(batch.get(i), some.get(i));
            }
        }
        return scores;
    }

    /**
     * The scores at every token of each row.
     *
     * @return in the order of the rows, each a list over its tokens of [labels]
     * @throws ModelException as {@link #score}
     */
    public List<List<double[]>> tokens(List<Encoded> rows) {
        requireTokens(rows);
        List<List<double[]>> scores = new ArrayList<>(Collections.nCopies(rows.size(), List.of()));
        for (List<Integer> batch : LengthBatches.of(rows, microbatchTokens)) {
            List<double[]> all = read(batch.stream().map(rows::get).toList(), true);
            int from = 0;
            for (int row : batch) {
                int to = from + rows.get(row).length();
                scores.set(row, List.copyOf(all.subList(from, to)));
                from = to;
            }
        }
        return scores;
    }

    private List<double[]> read(List<Encoded> batch, boolean everyToken) {
        try (Scope scope = Scope.open()) {
            Backbone backbone = model.backbone();
            Rows rows = Rows.of(Packer.batch(batch), backbone.vocabulary(), backbone.device());
            Tape tape = Tape.inference();
            Tensor scores = everyToken
                    ? model.tokenScores(tape, rows, HiddenOptions.PLAIN)
                    : model.scores(tape, rows);
            double[] flat = scores.toDoubles();
            int labels = model.labels();
            return IntStream.range(0, flat.length / labels)
                    .mapToObj(row -> Arrays.copyOfRange(flat, row * labels, (row + 1) * labels))
                    .map(raw -> model.normaliser().map(normaliser -> normaliser.apply(raw)).orElse(raw)).toList();
        }
    }

    private static void requireTokens(List<Encoded> rows) {
        for (int row = 0; row < rows.size(); row++) {
            if (rows.get(row).length() == 0) {
                throw new ModelException("row " + row + " has no tokens: expected at least one, whose hidden state is"
                        + " scored");
            }
        }
    }
}
