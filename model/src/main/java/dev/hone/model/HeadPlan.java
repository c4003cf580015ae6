package dev.hone.model;

import dev.hone.tensor.Activation;
import java.util.Optional;

/**
 * The score head of a family as data.
 *
 * @param dense a projection before the last one, D → D or wider
 * @param output the name of the last projection, which gives the labels
 * @param bias whether the last projection carries one
 * @param dropout probability while training, before the last projection
 */
record HeadPlan(Optional<Dense> dense, String output, boolean bias, double dropout) {
    /** What every decoder has. */
    static final HeadPlan DECODER = new HeadPlan(Optional.empty(), "score", false, 0);

    /** What a critic on a policy's own hidden states has. */
    static final HeadPlan VALUE = new HeadPlan(Optional.empty(), "value_head", true, 0);

    /** What says what a state is worth beside heads for Q, as trlX has it. */
    static final HeadPlan STATE_VALUE = new HeadPlan(Optional.of(new Dense("v_head.0", Activation.RELU, false, 2)),
            "v_head.2", true, 0);

    /**
     * The projection before the last.
     *
     * @param name its tensors, without endings
     * @param activation what follows it
     * @param dropoutBefore whether dropout applies to its input too
     * @param widening how many times D it gives
     */
    record Dense(String name, Activation activation, boolean dropoutBefore, int widening) {
        Dense(String name, Activation activation, boolean dropoutBefore) { this(name, activation, dropoutBefore, 1); }
    }

    /** The numbers that the last projection reads. */
    long inner(long width) {
        return width * dense.map(Dense::widening).orElse(1);
    }
}
