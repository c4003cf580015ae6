package dev.hone.model;

import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tensor;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A copy of one of a module's tensors that trains in its place (PEFT's {@code modules_to_save}); dense where
 * the module's is quantised.
 *
 * @param held the model's
 * @param copy of the same shape, owned
 */
record ModuleCopy(Held held, Parameter copy) implements ModulePart {

    @Override
    public void on() { held.replace(copy); }

    @Override
    public void off() { held.restore(); }

    @Override
    public Stream<Parameter> parameters() { return Stream.of(copy); }

    @Override
    public Tensor merged(Function<Parameter, Tensor> weights) { return weights.apply(copy); }

    @Override
    public void close() { copy.close(); }
}
