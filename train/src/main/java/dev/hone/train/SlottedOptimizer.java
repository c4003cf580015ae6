package dev.hone.train;

import dev.hone.tensor.Parameter;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What all optimizers share: one {@link OptimizerSlot} a parameter, its state by name, checks, and closing. */
abstract sealed class SlottedOptimizer implements Optimizer permits AdamW, Sgd, Adafactor, Lion, RmsProp, Adagrad {
    private final Map<Parameter, OptimizerSlot> slots = new IdentityHashMap<>();
    private final List<OptimizerSlot> ordered;
    private final Map<String, Tensor> state = new LinkedHashMap<>();

    /**
     * @param parameters those that train are stepped; frozen ones are left out
     * @param moments adds the state that this kind of optimizer keeps
     */
    SlottedOptimizer(List<Parameter> parameters, Consumer<OptimizerSlot> moments) {
        ordered = parameters.stream().filter(Parameter::trainable).map(OptimizerSlot::new).toList();
        for (OptimizerSlot slot : ordered) {
            moments.accept(slot);
            slots.put(slot.parameter(), slot);
            slot.state().forEach((name, tensor) -> {
                if (state.put(name, tensor) != null) {
                    ordered.forEach(OptimizerSlot::close);
                    throw new IllegalArgumentException(
                            "two parameters are named " + slot.parameter().name()
                                    + ": give each to the optimizer once");
                }
            });
        }
        if (ordered.isEmpty()) {
            throw new IllegalArgumentException("none of " + parameters.size()
                    + " parameters trains, expected at least one: thaw a parameter or add an adapter");
        }
    }

    /** Steps the parameters that hold a gradient; their slots are already advanced. */
    abstract void update(List<OptimizerSlot> ready, double learningRate, double gradientScale);

    @Override
    public final void step(double learningRate, double gradientScale) {
        if (!Double.isFinite(learningRate) || !Double.isFinite(gradientScale)) {
            throw new IllegalArgumentException("optimizer step with learning rate " + learningRate
                    + " and gradient scale " + gradientScale + ", expected finite numbers: skip the step instead");
        }
        List<OptimizerSlot> ready = ordered.stream().filter(slot -> slot.parameter().gradient().isPresent()).toList();
        try (Scope scope = Scope.open()) {
            ready.forEach(OptimizerSlot::advance);
            update(ready, learningRate, gradientScale);
        }
    }

    @Override
    public final Tensor weights(Parameter parameter) { return slot(parameter).weights(); }

    @Override
    public final void assign(Parameter parameter, Tensor weights) {
        OptimizerSlot slot = slot(parameter);
        if (!Arrays.equals(weights.shape(), slot.weights().shape())) {
            throw new IllegalArgumentException(
                    "weights of " + weights.describe() + " for " + parameter + ": expected its shape");
        }
        slot.weights().copyFrom(weights);
        slot.roundWhole();
    }

    private OptimizerSlot slot(Parameter parameter) {
        OptimizerSlot slot = slots.get(parameter);
        if (slot == null) {
            throw new IllegalArgumentException(parameter + " is not one of this optimizer's parameters");
        }
        return slot;
    }

    @Override
    public final Map<String, Tensor> state() { return Collections.unmodifiableMap(state); }

    @Override
    public final void restore(Map<String, Tensor> saved) {
        List<String> missing = state.keySet().stream().filter(name -> !saved.containsKey(name)).toList();
        List<String> unknown = saved.keySet().stream().filter(name -> !state.containsKey(name)).toList();
        if (!missing.isEmpty() || !unknown.isEmpty()) {
            throw new CheckpointException("the optimizer state in the checkpoint lacks " + some(missing) + " and has "
                    + some(unknown) + " too many, expected the state of this optimizer ("
                    + getClass().getSimpleName()
                    + "). Resume with the optim, dtype and model of the run that wrote it.");
        }
        state.forEach((name, own) -> requireLike(name, own, saved.getOrDefault(name, own)));
        state.forEach((name, own) -> own.copyFrom(saved.getOrDefault(name, own)));
        ordered.forEach(OptimizerSlot::reload);
    }

    private static void requireLike(String name, Tensor own, Tensor saved) {
        if (saved.dtype() != own.dtype() || !Arrays.equals(saved.shape(), own.shape())) {
            throw new CheckpointException("the optimizer state " + name + " in the checkpoint is " + saved.describe()
                    + ", expected " + own.describe()
                    + ". Resume with the optim, dtype and model of the run that wrote it.");
        }
    }

    private static String some(List<String> names) {
        String first = names.stream().limit(3).reduce((left, right) -> left + ", " + right).orElse("none");
        return names.size() > 3 ? first + " and " + (names.size() - 3) + " more" : first;
    }

    @Override
    public final long bytes() {
        return state.values().stream().mapToLong(tensor -> tensor.count() * tensor.dtype().bytes()).sum();
    }

    @Override
    public final void close() { ordered.forEach(OptimizerSlot::close); }
}
