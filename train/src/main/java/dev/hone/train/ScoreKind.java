package dev.hone.train;

import dev.hone.objective.Signals;
import dev.hone.objective.StepTotals;
import dev.hone.tensor.Tensor;
import dev.hone.text.Packed;
import java.util.List;

/**
 * A kind of data that teaches a model to score.
 *
 * @param <E> a row of it
 * @param <S> the signals that come of its scores
 */
interface ScoreKind<E, S extends Signals> {

    /** Reads the data. */
    LabelledText<E> load(JobSettings settings);

    /** Scores that the model gives each answer. */
    int labels();

    /** Whether scores at every token are looked at, rather than one per answer. */
    boolean everyToken();

    /** The sequences of a row. */
    Packed packed(E row, boolean shares);

    /** How many things of a row count in the divisor of the loss. */
    default double count(E row) { return 1; }

    /**
     * Signals of rows.
     *
     * @param scores [sequences, labels] or [tokens, labels], end to end
     */
    S signals(Tensor scores, List<ScoreRow<E>> rows, StepTotals totals);
}
