package dev.hone.model;

import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.text.Encoded;
import dev.hone.text.Packer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What a model makes of texts that are already there: the log-probability of each of their tokens that has a weight. Rows go
 * through the model packed, many at once, and never see each other.
 */
public final class Scorer {
    private final Decoder model;
    private final int microbatchTokens;

    /** @param microbatchTokens tokens that go through the model together; a longer row goes alone */
    public Scorer(Decoder model, int microbatchTokens) {
        if (microbatchTokens < 1) {
            throw new IllegalArgumentException("microbatch of " + microbatchTokens + " tokens: expected at least 1");
        }
        this.model = model;
        this.microbatchTokens = microbatchTokens;
    }

    /**
     * What the model makes of one row.
     *
     * @param positions where in the row the scored tokens stand: those with a weight, but never the first of a row
     * @param logProbs log π(token | all before it) of each of them, in nats
     */
    public record Score(int[] positions, float[] logProbs) {
        public int tokens() { return positions.length; }

        /** log π of all scored tokens together, in nats. */
        public double total() {
            double total = 0;
            for (float logProb : logProbs) {
                total += logProb;
            }
            return total;
        }

        /** exp of the mean negative log-probability; empty where no token is scored. */
        public Optional<Double> perplexity() {
            return positions.length == 0 ? Optional.empty() : Optional.of(Math.exp(-total() / positions.length));
        }
    }

    /**
     * Scores rows.
     *
     * @return one score for each row, in their order
     * @throws ModelException for a token that the model does not know, or a row longer than its learned positions
     */
    public List<Score> score(List<Encoded> rows) {
        Score[] scores = new Score[rows.size()];
        for (List<Integer> microbatch : LengthBatches.of(rows, microbatchTokens)) {
            float[] logProbs = logProbs(microbatch.stream().map(rows::get).toList());
            int from = 0;
            for (int row : microbatch) {
                int[] positions = scored(rows.get(row));
                float[] own = Arrays.copyOfRange(logProbs, from, from + positions.length);
                scores[row] = new Score(positions, own);
                from += positions.length;
            }
        }
        return List.of(scores);
    }

    private float[] logProbs(List<Encoded> microbatch) {
        boolean nothing = microbatch.stream().allMatch(row -> scored(row).length == 0);
        if (nothing) {
            return new float[0];
        }
        try (Scope scope = Scope.open()) {
            Rows rows = Rows.rounded(Packer.batch(microbatch), model.vocabulary(), model.device());
            Tape tape = Tape.inference();
            return model.head().logProbs(tape, model.hidden(tape, rows), rows).toFloats();
        }
    }

    private static int[] scored(Encoded row) {
        return IntStream.range(1, row.length()).filter(i -> row.weight()[i] != 0).toArray();
    }
}
