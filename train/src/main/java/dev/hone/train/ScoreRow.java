package dev.hone.train;

import dev.hone.objective.StepTotals;
import dev.hone.text.EncodedGraded;
import dev.hone.text.EncodedPair;
import dev.hone.text.EncodedRanking;
import dev.hone.text.EncodedSafety;
import dev.hone.text.EncodedSteps;
import dev.hone.text.Packed;
import java.util.Arrays;

/**
 * Answers to be scored.
 *
 * @param <E> what is known of them
 * @param encoded what is known of them
 * @param packed their sequences
 * @param counts one row, or as many as are classified
 */
record ScoreRow<E>(E encoded, Packed packed, StepTotals counts) implements StepRow {

    @Override
    public String labels() {
        return switch (encoded) {
            case EncodedPair pair -> pair.margin().toString();
            case EncodedGraded graded -> Double.toString(graded.score());
            case EncodedSafety safety -> safety.labels().toString();
            case EncodedSteps steps -> Arrays.toString(steps.places()) + Arrays.toString(steps.correct());
            case EncodedRanking ranking -> Arrays.toString(ranking.places());
            default -> throw new IllegalArgumentException("no labels of " + encoded);
        };
    }
}
