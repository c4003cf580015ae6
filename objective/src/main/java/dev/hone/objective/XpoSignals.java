package dev.hone.objective;

import dev.hone.tensor.Tensor;

/**
 * What models say about pairs of one completion sampled from the policy and one from the reference.
 *
 * @param pairs the pairs, as they were judged
 * @param chosenIsReference [n], 1 where the reference's sample is the chosen one, 0 where it is the rejected one
 */
public record XpoSignals(PairSignals pairs, Tensor chosenIsReference) implements Signals {
    public XpoSignals {
        if (chosenIsReference.rank() != 1 || chosenIsReference.count() != pairs.chosen().count()) {
            throw new IllegalArgumentException(pairs.chosen().count() + " pairs with sides "
                    + chosenIsReference.describe() + ": expected [" + pairs.chosen().count() + "]");
        }
    }

    /** [n] log π of the reference's samples. */
    Tensor referenceSampleLogProbs() {
        Tensor chosen = pairs.chosen().sums().mul(chosenIsReference);
        return chosen.add(pairs.rejected().sums().mul(chosenIsReference.neg().add(1)));
    }
}
