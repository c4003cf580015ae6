package dev.hone.model;

import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A projection of rows, possibly of several named matrices that read the same rows and run as one product.
 *
 * @param weight dense or quantised
 * @param bias [O]
 */
record Linear(Weight weight, Optional<Parameter> bias) {

    /** [T, I] → [T, O]. */
    Tensor apply(Tape tape, Tensor x) { return weight.apply(tape, x, bias); }

    /** The dense weight, and the bias. */
    Stream<Parameter> parameters() {
        return weight instanceof Weight.Dense(Parameter parameter, boolean inOut)
                ? Stream.concat(Stream.of(parameter), bias.stream())
                : bias.stream();
    }

    /** The weight, where it is quantised. */
    Stream<QuantisedWeight> quantised() {
        return weight instanceof Weight.Quantised(QuantisedWeight frozen) ? Stream.of(frozen) : Stream.empty();
    }

    /** The weight of a projection that is never quantised. */
    Parameter dense() {
        return ((Weight.Dense) weight).parameter();
    }

    /** What to make: names without endings, columns of each. */
    record Shape(List<String> names, List<Long> outputs, long inputs, boolean bias, boolean inOut) {}

    static Linear make(ParameterSource source, Shape shape, ParameterSource.Start start) {
        List<ParameterSource.Part> weights = parts(shape, ".weight");
        Optional<Parameter> bias = shape.bias()
                ? Optional.of(source.make(parts(shape, ".bias"), new ParameterSource.Constant(0)))
                : Optional.empty();
        return new Linear(source.weight(weights, start, shape.inOut()), bias);
    }

    private static List<ParameterSource.Part> parts(Shape shape, String ending) {
        return java.util.stream.IntStream.range(0, shape.names().size()).mapToObj(i -> {
            String name = shape.names().get(i) + ending;
            long outputs = shape.outputs().get(i);
            return ending.equals(".bias")
                    ? new ParameterSource.Part(name, outputs)
                    : shape.inOut()
                            ? new ParameterSource.Part(name, shape.inputs(), outputs)
                            : new ParameterSource.Part(name, outputs, shape.inputs());
        }).toList();
    }
}
