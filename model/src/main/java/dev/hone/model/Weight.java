package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The numbers of a {@link Held}: dense, which can train, or quantised, which are frozen. */
sealed interface Weight {

    /** The checkpoint name of each part and the rows that it has here. */
    List<Parameter.Slice> slices();

    /** As stored in a checkpoint, of all parts. */
    long[] shape();

    /**
     * The numbers of one part as a checkpoint has them, for a short use: those of codes are made by each call.
     *
     * @param dtype what codes become; dense numbers keep their type
     */
    Tensor part(int which, DType dtype);

    /**
     * As {@link #part} of all parts, joined.
     *
     * @param weights the value of each parameter
     */
    Tensor whole(Function<Parameter, Tensor> weights, DType dtype);

    /**
     * Numbers of the compute type.
     *
     * @param parameter in the checkpoint's order
     */
    record Dense(Parameter parameter) implements Weight {
        @Override
        public List<Parameter.Slice> slices() { return parameter.slices(); }

        @Override
        public long[] shape() { return parameter.value().shape(); }

        @Override
        public Tensor part(int which, DType dtype) { return parameter.view(slices().get(which)); }

        @Override
        public Tensor whole(Function<Parameter, Tensor> weights, DType dtype) { return weights.apply(parameter); }
    }

    /** Codes. */
    record Quantised(QuantisedWeight weight) implements Weight {
        @Override
        public List<Parameter.Slice> slices() {
            List<Parameter.Slice> slices = new ArrayList<>();
            long start = 0;
            for (QuantisedWeight.Part part : weight.parts()) {
                long rows = part.storedShape()[0];
                slices.add(new Parameter.Slice(part.name(), start, rows));
                start += rows;
            }
            return slices;
        }

        @Override
        public long[] shape() {
            long[] shape = weight.parts().getFirst().storedShape();
            shape[0] = slices().stream().mapToLong(Parameter.Slice::rows).sum();
            return shape;
        }

        @Override
        public Tensor part(int which, DType dtype) { return weight.parts().get(which).stored(dtype); }

        @Override
        public Tensor whole(Function<Parameter, Tensor> weights, DType dtype) {
            int count = weight.parts().size();
            return count == 1
                    ? part(0, dtype)
                    : Scope.tidy(
                            () -> Tensors.cat(IntStream.range(0, count).mapToObj(i -> part(i, dtype)).toList(), 0));
        }
    }
}
