package dev.hone.train;

import dev.hone.tensor.Parameter;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What all optimizers share: one {@link OptimizerSlot} a parameter, its state by name, checks, and closing. */
abstract sealed class SlottedOptimizer implements Optimizer
        permits AdamW, AdamW8bit, Sgd, Adafactor, Lion, RmsProp, Adagrad, Muon, ScheduleFreeAdamW {
    private final Trainees trainees;
    private final boolean apart;
    private final Consumer<OptimizerSlot> moments;
    private final Map<Parameter, OptimizerSlot> slots = new IdentityHashMap<>();
    private final Map<String, Tensor> state = new LinkedHashMap<>();

    /**
     * @param trainees those that train are stepped; frozen ones are left out
     * @param moments adds the state that this kind of optimizer keeps
     */
    SlottedOptimizer(Trainees trainees, Consumer<OptimizerSlot> moments) { this(trainees, false, moments); }

    /** @param apart whether the weights lie beside every parameter's value, which then may be something else */
    SlottedOptimizer(Trainees trainees, boolean apart, Consumer<OptimizerSlot> moments) {
        this.trainees = trainees;
        this.apart = apart;
        this.moments = moments;
        try {
            fill();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void fill() {
        state.clear();
        for (Parameter parameter : trainees.parameters().stream().filter(Parameter::trainable).toList()) {
            OptimizerSlot known = slots.get(parameter);
            OptimizerSlot slot = known == null ? new OptimizerSlot(parameter, trainees, apart) : known;
            if (known == null) {
                slots.put(parameter, slot);
                moments.accept(slot);
            }
            slot.state().forEach((name, tensor) -> {
                if (state.put(name, tensor) != null) {
                    throw new IllegalArgumentException("two parameters are named " + parameter.name()
                            + ": give each to the optimizer once");
                }
            });
        }
        if (slots.isEmpty()) {
            throw new IllegalArgumentException("none of " + trainees.parameters().size()
                    + " parameters trains, expected at least one: thaw a parameter or add an adapter");
        }
    }

    @Override
    public final void follow() {
        List<OptimizerSlot> frozen = slots.values().stream().filter(slot -> !slot.parameter().trainable()).toList();
        for (OptimizerSlot slot : frozen) {
            slot.roundWhole();
            slots.remove(slot.parameter());
            slot.close();
        }
        fill();
    }

    /** Steps the parameters that hold a gradient; their slots are already advanced. */
    abstract void update(List<OptimizerSlot> ready, double learningRate, double gradientScale);

    /** Makes the value that forward passes of training read from the weights and the state. */
    void show(OptimizerSlot slot) {
        slot.roundWhole();
    }

    /** Takes in that the weights were replaced. */
    void assigned(OptimizerSlot slot) { slot.roundWhole(); }

    @Override
    public final void step(double learningRate, double gradientScale) {
        step(trainees.parameters(), learningRate, gradientScale);
    }

    @Override
    public final void step(Collection<Parameter> parameters, double learningRate, double gradientScale) {
        if (!Double.isFinite(learningRate) || !Double.isFinite(gradientScale)) {
            throw new IllegalArgumentException("optimizer step with learning rate " + learningRate
                    + " and gradient scale " + gradientScale + ", expected finite numbers: skip the step instead");
        }
        Map<Double, List<OptimizerSlot>> byRate = new LinkedHashMap<>();
        for (Parameter parameter : parameters) {
            OptimizerSlot slot = slots.get(parameter);
            if (slot != null && parameter.gradient().isPresent()) {
                byRate.computeIfAbsent(slot.rate(), rate -> new ArrayList<>()).add(slot);
            }
        }
        try (Scope scope = Scope.open()) {
            byRate.values().forEach(ready -> ready.forEach(OptimizerSlot::advance));
            byRate.forEach((rate, ready) -> update(ready, learningRate * rate, gradientScale));
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
        assigned(slot);
    }

    private OptimizerSlot slot(Parameter parameter) {
        OptimizerSlot slot = slots.get(parameter);
        if (slot == null) {
            throw new IllegalArgumentException(parameter + " is not one of this optimizer's parameters");
        }
        return slot;
    }

    /** What is trained is what is saved, for most optimizers. */
    @Override
    public void finished(boolean finished) {}

    /** All slots. */
    final Collection<OptimizerSlot> slots() { return slots.values(); }

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
        slots.values().forEach(OptimizerSlot::reload);
        slots.values().forEach(this::show);
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
    public final void close() {
        slots.values().forEach(OptimizerSlot::close);
        slots.clear();
        trainees.memory().close();
    }
}
