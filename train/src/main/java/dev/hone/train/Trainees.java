package dev.hone.train;

import dev.hone.tensor.Parameter;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * The parameters that an optimizer looks after, and what it has to know of them.
 *
 * @param parameters those that train are stepped
 * @param rates multiplies the learning rate of a parameter
 * @param inner whether a parameter is part of a layer, and not of embeddings or heads
 * @param memory where the state lies
 */
public record Trainees(List<Parameter> parameters, ToDoubleFunction<Parameter> rates, Predicate<Parameter> inner,
        OptimizerMemory memory) {
    public Trainees {
        parameters = List.copyOf(parameters);
    }

    /** All alike, each as if in a layer, with resident state. */
    public static Trainees of(List<Parameter> parameters) {
        return new Trainees(parameters, parameter -> 1, parameter -> true, OptimizerMemory.RESIDENT);
    }
}
