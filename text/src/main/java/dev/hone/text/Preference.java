package dev.hone.text;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Two answers to a prompt, one of them preferred.
 *
 * @param prompt what both answer
 * @param chosen the better answer
 * @param rejected the worse one
 * @param margin by how much the better one is preferred, in the unit of the rewards; empty where nothing is said
 * @param reference a third answer that is good without comparison, as triple preference optimisation takes it
 */
public record Preference(Passage prompt, Passage chosen, Passage rejected, OptionalDouble margin,
        Optional<Passage> reference) implements Labelled {
    /** A pair without a margin and without a third answer. */
    public Preference(Passage prompt, Passage chosen, Passage rejected) {
        this(prompt, chosen, rejected, OptionalDouble.empty(), Optional.empty());
    }
}
