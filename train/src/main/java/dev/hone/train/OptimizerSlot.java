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
    private final OptimizerMemory memory;
    private final boolean inner;
    private final double rate;
    private final boolean apart;
    private final Tensor weights;
    private final Tensor step;
    private final Map<String, Tensor> state = new LinkedHashMap<>();
    private long steps;

    /** @param apart whether the weights are a copy even where the parameter's value is wide enough */
    OptimizerSlot(Parameter parameter, Trainees trainees, boolean apart) {
        this.parameter = parameter;
        this.memory = trainees.memory();
        this.inner = trainees.inner().test(parameter);
        this.rate = trainees.rates().applyAsDouble(parameter);
        Tensor value = parameter.value();
        boolean narrow = value.dtype() == DType.BFLOAT16 || value.dtype() == DType.FLOAT16;
        this.apart = apart || narrow || away();
        step = Scope.owned(() -> Tensors.zeros(DType.INT64, 1));
        state.put(parameter.name() + ".step", step);
        if (this.apart) {
            weights = memory.zeros(narrow ? DType.FLOAT32 : value.dtype(), value.device(), value.shape());
            weights.copyFrom(value);
            state.put(parameter.name() + ".master", weights);
        } else {
            weights = value;
        }
    }

    Parameter parameter() { return parameter; }

    /** Whether state and weights lie elsewhere than the parameter's value. */
    boolean away() {
        return memory.away(parameter.value().device());
    }

    /** The parameter's gradient, where the weights are. */
    Tensor gradient() {
        Tensor gradient = parameter.gradient().orElseThrow();
        return away() ? gradient.to(weights.device()) : gradient;
    }

    /** Where steps go, in full precision. */
    Tensor weights() { return weights; }

    /** Whether {@link #weights} is a copy, from which the parameter's value must be made. */
    boolean apart() {
        return apart;
    }

    /** Whether it is a matrix inside a layer. */
    boolean innerMatrix() {
        return inner && parameter.value().rank() == 2;
    }

    /** Multiplies the learning rate. */
    double rate() { return rate; }

    /** Matrices and embeddings decay; biases and norms do not. */
    double decay(double weightDecay) {
        return parameter.value().rank() >= 2 ? weightDecay : 0;
    }

    /** Adds a moment of the parameter's shape, zero so far. */
    void addMoment(String what) {
        addMoment(parameter.name(), what, weights.shape());
    }

    void addMoment(String owner, String what, long... shape) { add(owner + "." + what, weights.dtype(), shape); }

    /** Adds state of any shape and type, zero so far. */
    void addState(String what, DType dtype, long... shape) {
        add(parameter.name() + "." + what, dtype, shape);
    }

    private void add(String name, DType dtype, long... shape) {
        state.put(name, memory.zeros(dtype, weights.device(), shape));
    }

    /** Adds one number, zero so far, which the host reads at every step. */
    void addNumber(String what) {
        state.put(parameter.name() + "." + what, Scope.owned(() -> Tensors.zeros(DType.FLOAT64, 1)));
    }

    boolean has(String what) { return state.containsKey(parameter.name() + "." + what); }

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
    void reload() { steps = step.toLongs()[0]; }

    void roundWhole() {
        if (apart) {
            parameter.value().copyFrom(weights);
        }
    }

    @Override
    public void close() { state.values().forEach(Tensor::close); }
}
