package dev.hone.train;

import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.List;

/** Parameters that train, as one vector. */
final class Flat {
    private final List<Parameter> parameters;

    Flat(List<Parameter> parameters) { this.parameters = List.copyOf(parameters); }

    private List<Parameter> trained() { return parameters.stream().filter(Parameter::trainable).toList(); }

    /** [K] a copy of their values. */
    Tensor values() {
        return Tensors.cat(trained().stream().map(parameter -> parameter.value().reshape(-1)).toList(), 0);
    }

    /** [K] a copy of their gradients; 0 where there is none. */
    Tensor gradient() {
        return Tensors.cat(trained().stream()
                .map(parameter -> parameter.gradient().orElseGet(() -> Tensors.zerosLike(parameter.value()))
                        .reshape(-1))
                .toList(), 0);
    }

    /** @param values [K] what they become */
    void set(Tensor values) {
        long from = 0;
        for (Parameter parameter : trained()) {
            long count = parameter.value().count();
            parameter.value().copyFrom(values.narrow(0, from, count).reshape(parameter.value().shape()));
            from += count;
        }
    }

    void clear() { parameters.forEach(Parameter::clearGradient); }
}
