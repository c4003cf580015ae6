package dev.hone.train;

import dev.hone.tensor.DType;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;

/** What an optimizer owns of one parameter: running means, the number of steps, and a master copy of narrow weights. */
final class OptimizerSlot implements AutoCloseable {
    private final Parameter parameter;
    private final boolean narrow;
    private final Tensor weights;
    private final Tensor step;
    private final Map<String, Tensor> state = new LinkedHashMap<>();
    private long steps;

    OptimizerSlot(Parameter parameter) {
        this.parameter = parameter;
        Tensor value = parameter.value();
        narrow = value.dtype() == DType.BFLOAT16 || value.dtype() == DType.FLOAT16;
        try (Scope scope = Scope.open()) {
            step = Scope.release(Tensors.zeros(DType.INT64, 1));
            weights = narrow ? Scope.release(value.to(DType.FLOAT32)) : value;
        }
        state.put(parameter.name() + ".step", step);
        if (narrow) {
            state.put(parameter.name() + ".master", weights);
        }
    }

    Parameter parameter() { return parameter; }

    /** Where steps go, in full precision. */
    Tensor weights() { return weights; }

    /** Whether {@link #weights} is a copy, from which the parameter's value must be rounded. */
    boolean narrow() {
        return narrow;
    }

    /** Matrices and embeddings decay; biases and norms do not. */
    double decay(double weightDecay) {
        return parameter.value().rank() >= 2 ? weightDecay : 0;
    }

    /** Adds a moment of the parameter's shape, zero so far. */
    void addMoment(String what) {
        addMoment(parameter.name(), what, weights.shape());
    }

    void addMoment(String owner, String what, long... shape) {
        try (Scope scope = Scope.open()) {
            state.put(owner + "." + what,
                    Scope.release(Tensors.zeros(weights.dtype(), weights.device(), shape)));
        }
    }

    Tensor moment(String what) { return moment(parameter.name(), what); }

    Tensor moment(String owner, String what) {
        Tensor moment = state.get(owner + "." + what);
        if (moment == null) {
            throw new IllegalStateException("no state " + owner + "." + what + ": add it when the optimizer is made");
        }
        return moment;
    }

    /** The number of the step under way, from 1. */
    long steps() { return steps; }

    void advance() {
        steps++;
        step.fill(steps);
    }

    Map<String, Tensor> state() { return state; }

    /** Takes in what {@link #state}'s tensors now hold. */
    void reload() {
        steps = step.toLongs()[0];
        roundWhole();
    }

    void roundWhole() {
        if (narrow) {
            parameter.value().copyFrom(weights);
        }
    }

    @Override
    public void close() { state.values().forEach(Tensor::close); }
}
