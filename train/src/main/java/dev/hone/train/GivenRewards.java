package dev.hone.train;

import dev.hone.text.DataException;
import dev.hone.text.EncodedGraded;
import dev.hone.text.EncodedRows;
import java.util.List;

/**
 * The rewards of given answers as they are learned from: (sum over the answer − mean)/deviation, on the last token.
 *
 * @param mean is taken off the sum of each answer
 * @param deviation divides every reward
 */
record GivenRewards(double mean, double deviation) {
    /** As they are. */
    static final GivenRewards PLAIN = new GivenRewards(0, 1);

    /**
     * With mean 0 and deviation 1 over some rows, as trlX has them.
     *
     * @throws DataException where all are alike
     */
    static GivenRewards standardised(EncodedRows<EncodedGraded> rows) {
        double[] scores = rows.rows().stream().mapToDouble(EncodedGraded::score).toArray();
        double mean = java.util.Arrays.stream(scores).average().orElse(0);
        double squares = java.util.Arrays.stream(scores).map(score -> (score - mean) * (score - mean)).sum();
        double deviation = Math.sqrt(squares / Math.max(1, scores.length - 1));
        if (!(deviation > 0)) {
            throw new DataException("all " + scores.length + " rows (from " + rows.origins().getFirst()
                    + " on) have the reward " + mean
                    + ": expected different ones, since what is learned is which answers"
                    + " earn more; add rows with other rewards");
        }
        return new GivenRewards(mean, deviation);
    }

    List<OfflineRow> rows(EncodedRows<EncodedGraded> encoded) {
        return encoded.rows().stream().map(this::row).toList();
    }

    OfflineRow row(EncodedGraded graded) {
        float[] rewards = new float[ReadTokens.count(graded.row())];
        if (rewards.length > 0) {
            rewards[rewards.length - 1] = (float) ((graded.score() - mean) / deviation);
        }
        return OfflineRow.of(graded.row(), rewards);
    }
}
