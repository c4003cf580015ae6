package dev.hone.train;

import dev.hone.objective.StepTotals;
import dev.hone.text.Encoded;
import dev.hone.text.EncodedJudged;
import dev.hone.text.Packed;
import dev.hone.text.Packer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * An answer judged good or bad.
 *
 * @param packed the one sequence
 * @param promptLength tokens of the prompt
 * @param desirable the verdict
 * @param mismatched another row's answer behind this prompt, where it is needed
 * @param reference log-probs of the reference: of the answer, and of the mismatched one where there is one; empty at first
 * @param densityRatio how probable the prompt is among the desirable ones, where it is needed
 */
record JudgedRow(Packed packed, int promptLength, boolean desirable, Optional<Packed> mismatched,
        List<float[]> reference, OptionalDouble densityRatio, StepTotals counts) implements CompletionRow {

    static JudgedRow of(EncodedJudged row, Optional<Encoded> mismatched) {
        return new JudgedRow(Packer.batch(List.of(row.row())), row.promptLength(), row.desirable(),
                mismatched.map(other -> Packer.batch(List.of(other))), List.of(), OptionalDouble.empty(),
                new StepTotals(1, row.desirable() ? ReadTokens.count(row.row()) : 0));
    }

    JudgedRow withReference(List<float[]> given) {
        return new JudgedRow(packed, promptLength, desirable, mismatched, List.copyOf(given), densityRatio, counts);
    }

    JudgedRow withDensityRatio(double given) {
        return new JudgedRow(packed, promptLength, desirable, mismatched, reference, OptionalDouble.of(given), counts);
    }

    @Override
    public String labels() {
        return promptLength + " " + desirable + " "
                + mismatched.map(other -> java.util.Arrays.toString(other.ids())).orElse("");
    }
}
