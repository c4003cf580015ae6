package dev.hone.model;

import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tensor;
import java.util.function.Function;
import java.util.stream.Stream;

/** What an adapter does: to one module (or to several that run as one product), or before every sequence. */
sealed interface AdapterPart extends AutoCloseable permits ModulePart, VirtualTokens {

    /** Lets the model compute with this change. */
    void on();

    /** Lets the model compute as it did. */
    void off();

    /** What trains. */
    Stream<Parameter> parameters();

    /** What PEFT stores of it. */
    default Stream<Stored> stored() { return each(parameters()); }

    /** What a checkpoint keeps of it: every parameter under its names, beside what is stored. */
    default Stream<Stored> kept() {
        return stored();
    }

    /** Parameters under the names of their slices. */
    static Stream<Stored> each(Stream<Parameter> parameters) {
        return parameters.flatMap(parameter -> parameter.slices().stream().map(slice -> {
            long[] shape = parameter.value().shape();
            shape[0] = slice.rows();
            return new Stored(slice.name(), shape, weights -> parameter.part(weights.apply(parameter), slice));
        }));
    }

    /**
     * A tensor to store.
     *
     * @param value from the value of each parameter
     */
    record Stored(String name, long[] shape, Function<Function<Parameter, Tensor>, Tensor> value) {}

    @Override
    void close();
}
