package dev.hone.train;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;

/** Where an optimizer's moments and master weights lie. It outlives every tensor that it gave; the optimizer closes it. */
public interface OptimizerMemory extends AutoCloseable {
    /** Memory of the parameters' own device. */
    OptimizerMemory RESIDENT = (dtype, device, shape) -> Scope.owned(() -> Tensors.zeros(dtype, device, shape));

    /** Zeros that belong to the caller, who closes them before this memory. */
    Tensor zeros(DType dtype, Device device, long... shape);

    @Override
    default void close() {}
}
