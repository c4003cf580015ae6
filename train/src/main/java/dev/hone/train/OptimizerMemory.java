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

    /**
     * Page-locked memory of the host, for parameters of a CUDA device: the host's processor steps copies of the weights
     * there, to which gradients are copied and from which weights are (arXiv 2101.06840).
     */
    OptimizerMemory HOST = new OptimizerMemory() {
        @Override
        public Tensor zeros(DType dtype, Device device, long... shape) {
            return Scope.owned(() -> {
                Tensor host = Tensors.pinned(dtype, shape);
                host.fill(0);
                return host;
            });
        }

        @Override
        public boolean away(Device device) { return !device.isCpu(); }
    };

    /** Zeros that belong to the caller, who closes them before this memory. */
    Tensor zeros(DType dtype, Device device, long... shape);

    /** Whether the state of a device's parameters lies elsewhere, so that their weights have to be copied there and back. */
    default boolean away(Device device) {
        return false;
    }

    @Override
    default void close() {}
}
