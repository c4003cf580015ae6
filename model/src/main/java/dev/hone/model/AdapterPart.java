package dev.hone.model;

import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tensor;
import java.util.function.Function;
import java.util.stream.Stream;

/** What an adapter does to one module (or to several that run as one product). */
sealed interface AdapterPart extends AutoCloseable permits LowRank, LowRankRows, ModuleCopy {

    /** The model's tensor that it changes. */
    Held held();

    /** Lets the module compute with this change. */
    void on();

    /** Lets the module compute as it did. */
    void off();

    /** What trains. */
    Stream<Parameter> parameters();

    /**
     * What the model's tensor would be if it held this change itself: its shape, in float32 or wider.
     *
     * @param weights the value of each parameter, of the model and of the adapter
     */
    Tensor merged(Function<Parameter, Tensor> weights);

    /** What PEFT stores of it. */
    default Stream<Stored> stored() {
        return parameters().flatMap(parameter -> parameter.slices().stream().map(slice -> {
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
