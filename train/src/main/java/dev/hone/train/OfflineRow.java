package dev.hone.train;

import dev.hone.objective.StepTotals;
import dev.hone.text.Encoded;
import dev.hone.text.Packed;
import dev.hone.text.Packer;
import java.util.Arrays;
import java.util.List;

/**
 * A given answer with what its tokens earned.
 *
 * @param packed the one sequence
 * @param rewards of each read token
 */
record OfflineRow(Packed packed, float[] rewards, StepTotals counts) implements StepRow {

    static OfflineRow of(Encoded row, float[] rewards) {
        Packed packed = Packer.batch(List.of(row));
        return new OfflineRow(packed, rewards.clone(), new StepTotals(1, rewards.length));
    }

    @Override
    public String labels() { return Arrays.toString(rewards); }
}
