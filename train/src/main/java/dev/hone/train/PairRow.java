package dev.hone.train;

import dev.hone.objective.Need;
import dev.hone.objective.StepTotals;
import dev.hone.text.Encoded;
import dev.hone.text.EncodedPair;
import dev.hone.text.Packed;
import dev.hone.text.Packer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A preference pair.
 *
 * @param packed chosen, rejected and, where it is needed, gold
 * @param promptLength tokens of the prompt
 * @param margin by how much the chosen one is better
 * @param reference log-probs of the reference per sequence; empty at first
 */
record PairRow(Packed packed, int promptLength, OptionalDouble margin, List<float[]> reference,
        StepTotals counts) implements CompletionRow {

    /** @param shares whether the answers share the forward of their prompt */
    static PairRow of(EncodedPair pair, Set<Need> needs, boolean shares) {
        List<Encoded> sequences = new ArrayList<>(List.of(
                needs.contains(Need.PROMPT_TOKENS) ? readWhole(pair.chosen()) : pair.chosen(), pair.rejected()));
        if (needs.contains(Need.GOLD)) {
            sequences.add(pair.reference().orElseThrow(() -> new dev.hone.text.DataException(
                    "a pair without a third answer: expected the column reference, a gold answer, in every row")));
        }
        Encoded raised = needs.contains(Need.GOLD) ? sequences.get(2) : sequences.getFirst();
        return new PairRow(shares ? Packer.branched(sequences, pair.promptLength()) : Packer.batch(sequences),
                pair.promptLength(), pair.margin(), List.of(),
                new StepTotals(1, ReadTokens.count(raised)));
    }

    /** With weight on the prompt as well; nothing predicts the first token. */
    private static Encoded readWhole(Encoded row) {
        float[] weight = new float[row.length()];
        java.util.Arrays.fill(weight, 1, weight.length, 1f);
        return new Encoded(row.ids(), weight);
    }

    PairRow withReference(List<float[]> given) {
        return new PairRow(packed, promptLength, margin, List.copyOf(given), counts);
    }

    @Override
    public String labels() { return promptLength + " " + margin; }
}
