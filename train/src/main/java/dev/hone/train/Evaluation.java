package dev.hone.train;

import java.util.Map;

/** Looks at how good the model is. */
@FunctionalInterface
public interface Evaluation {

    /**
     * What an evaluation came to.
     *
     * @param loss what a better model has less of: the mean over held-out rows or tokens, or the negative reward
     * @param metrics the loss and what goes with it, under names that begin with {@code eval_}
     */
    record Result(double loss, Map<String, Double> metrics) {}

    /** The model as it is now. */
    Result evaluate();
}
