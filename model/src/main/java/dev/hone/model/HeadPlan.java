package dev.hone.model;

import dev.hone.tensor.Activation;
import java.util.Optional;

/**
 * The score head of a family as data.
 *
 * @param dense a projection D → D before the last one
 * @param output the name of the last projection, D → labels
 * @param bias whether the last projection carries one
 * @param dropout probability while training, before the last projection
 */
record HeadPlan(Optional<Dense> dense, String output, boolean bias, double dropout) {
    /** What every decoder has. */
    static final HeadPlan DECODER = new HeadPlan(Optional.empty(), "score", false, 0);

    /** What a critic on a policy's own hidden states has. */
    static final HeadPlan VALUE = new HeadPlan(Optional.empty(), "value_head", true, 0);

    /**
     * The projection before the last.
     *
     * @param name its tensors, without endings
     * @param activation what follows it
     * @param dropoutBefore whether dropout applies to its input too
     */
    record Dense(String name, Activation activation, boolean dropoutBefore) {}
}
