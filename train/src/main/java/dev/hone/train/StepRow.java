package dev.hone.train;

import dev.hone.objective.StepTotals;
import dev.hone.text.Packed;

/** What a step is made of: sequences that go through the model together, and what an objective has to know of them. */
public interface StepRow {

    /** Its sequences. */
    Packed packed();

    /** What the data says of its sequences, in words: two rows with the same tokens and words teach the same. */
    default String labels() {
        return "";
    }

    /** What it adds to the divisors of the step's loss. */
    StepTotals counts();
}
