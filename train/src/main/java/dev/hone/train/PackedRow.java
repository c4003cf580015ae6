package dev.hone.train;

import dev.hone.objective.StepTotals;
import dev.hone.text.Packed;

/** One sequence to imitate, or a bin of several. */
public record PackedRow(Packed packed) implements StepRow {

    /** Its tokens that carry loss, weight or not. */
    @Override
    public StepTotals counts() {
        long tokens = 0;
        for (int n = 0; n < packed.sequences(); n++) {
            for (int i = packed.starts()[n] + 1; i < packed.starts()[n + 1]; i++) {
                tokens += packed.weight()[i] != 0 ? 1 : 0;
            }
        }
        return new StepTotals(1, tokens);
    }
}
