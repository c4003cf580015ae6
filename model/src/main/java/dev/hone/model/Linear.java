package dev.hone.model;

import dev.hone.tensor.Ops;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A projection of rows, possibly of several named matrices that read the same rows and run as one product.
 *
 * @param weight [O, I], or [I, O] when {@code inOut}
 * @param bias [O]
 * @param inOut how the weight is stored
 */
record Linear(Parameter weight, Optional<Parameter> bias, boolean inOut) {

    /** [T, I] → [T, O]. */
    Tensor apply(Tape tape, Tensor x) {
        return inOut ? Ops.linearInOut(tape, x, weight, bias) : Ops.linear(tape, x, weight, bias);
    }

    Stream<Parameter> parameters() { return Stream.concat(Stream.of(weight), bias.stream()); }

    /** What to make: names without endings, columns of each. */
    record Shape(List<String> names, List<Long> outputs, long inputs, boolean bias, boolean inOut) {}

    static Linear make(ParameterSource source, Shape shape, ParameterSource.Start start) {
        List<ParameterSource.Part> weights = parts(shape, ".weight");
        Optional<Parameter> bias = shape.bias()
                ? Optional.of(source.make(parts(shape, ".bias"), new ParameterSource.Constant(0)))
                : Optional.empty();
        return new Linear(source.make(weights, start), bias, shape.inOut());
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
