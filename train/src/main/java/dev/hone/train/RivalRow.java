package dev.hone.train;

import dev.hone.objective.StepTotals;
import dev.hone.text.Packed;
import java.util.List;

/**
 * A pair of one answer of the policy's and one of another's.
 *
 * @param pair both, as they were judged
 * @param rivalChosen whether the other's is the better one
 */
record RivalRow(PairRow pair, boolean rivalChosen) implements CompletionRow {

    @Override
    public Packed packed() { return pair.packed(); }

    @Override
    public int promptLength() { return pair.promptLength(); }

    @Override
    public List<float[]> reference() { return pair.reference(); }

    @Override
    public StepTotals counts() { return pair.counts(); }

    RivalRow withReference(List<float[]> given) { return new RivalRow(pair.withReference(given), rivalChosen); }
}
