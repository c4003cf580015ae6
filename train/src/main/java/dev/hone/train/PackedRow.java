package dev.hone.train;

import dev.hone.objective.StepTotals;
import dev.hone.text.Packed;

/** One sequence to imitate, or a bin of several. */
public record PackedRow(Packed packed) implements StepRow {

    /** Its tokens that carry loss, weight or not. */
    @Override
    public StepTotals counts() {
        long tokens = ReadTokens.count(packed);
        return new StepTotals(1, tokens);
    }
}
