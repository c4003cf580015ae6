package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Randomness;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.List;

/** Where a model's parameters come from: a checkpoint, or chance. */
interface ParameterSource {

    /** One parameter from its parts, joined along the first axis. */
    Parameter make(List<Part> parts, Start start);

    /**
     * The matrix of a projection; a source that quantises gives codes.
     *
     * @param inOut whether it is stored as [I, O]
     */
    default Weight weight(List<Part> parts, Start start, boolean inOut) {
        return new Weight.Dense(make(parts, start));
    }

    /** Called when every parameter was asked for; reports everything that was wrong at once. */
    void finish();

    /**
     * A named part.
     *
     * @param name its name in a checkpoint
     * @param shape its shape there
     */
    record Part(String name, long... shape) {}

    /** How a fresh parameter starts. */
    sealed interface Start permits Normal, Uniform, Constant {}

    /**
     * Normally distributed.
     *
     * @param deviation standard deviation
     */
    record Normal(double deviation) implements Start {}

    /**
     * Uniformly distributed between ±bound.
     *
     * @param bound largest absolute value
     */
    record Uniform(double bound) implements Start {}

    /**
     * All elements alike.
     *
     * @param value 1 for the weights of norms, 0 for biases
     */
    record Constant(double value) implements Start {}

    static Parameter assemble(List<Part> parts, Tensor value) {
        long[] start = {0};
        List<Parameter.Slice> slices = parts.stream().map(part -> {
            Parameter.Slice slice = new Parameter.Slice(part.name(), start[0], part.shape()[0]);
            start[0] += part.shape()[0];
            return slice;
        }).toList();
        return new Parameter(slices, value);
    }

    /** The shape of the joined parts. */
    static long[] joined(List<Part> parts) {
        long[] shape = parts.getFirst().shape().clone();
        shape[0] = parts.stream().mapToLong(part -> part.shape()[0]).sum();
        return shape;
    }

    /** Fresh weights; each part depends on the seed and its own name only, so models that share parts share values. */
    static ParameterSource random(long seed, DType dtype, Device device) {
        return new ParameterSource() {
            @Override
            public Parameter make(List<Part> parts, Start start) {
                try (Scope scope = Scope.open()) {
                    Tensor value = Tensors.empty(dtype, device, joined(parts));
                    Parameter parameter = assemble(parts, value);
                    for (int i = 0; i < parts.size(); i++) {
                        fill(parameter.view(parameter.slices().get(i)), parts.get(i), start);
                    }
                    return parameter;
                }
            }

            private void fill(Tensor view, Part part, Start start) {
                switch (start) {
                    case Normal(double deviation) -> view.copyFrom(Randomness.of(seed, part.name().hashCode())
                            .normal(deviation, DType.FLOAT32, Device.CPU, part.shape()));
                    case Uniform(double bound) -> view.copyFrom(Randomness.of(seed, part.name().hashCode())
                            .uniform(-bound, bound, DType.FLOAT32, Device.CPU, part.shape()));
                    case Constant(double value) -> view.fill(value);
                }
            }

            @Override
            public void finish() {}
        };
    }
}
