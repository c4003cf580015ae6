package dev.hone.tensor;

import java.util.Optional;

/**
 * Where what a pass keeps for backward lies in between. It outlives every tensor that it gave; whoever opened it closes it, after
 * the passes that use it.
 */
public interface ActivationMemory extends AutoCloseable {
    /** Memory of the activations' own device: nothing is moved. */
    ActivationMemory RESIDENT = activation -> Optional.empty();

    /** Page-locked memory of the host, for activations of a CUDA device. */
    ActivationMemory HOST = activation -> {
        Tensor host = Tensors.pinned(activation.dtype(), activation.shape());
        host.copyFrom(activation);
        return Optional.of(host);
    };

    /**
     * Moves an activation away.
     *
     * @return its copy on the host, which belongs to the open scope and whose place is free again once it is closed; empty where
     *     the activation shall stay
     */
    Optional<Tensor> keep(Tensor activation);

    @Override
    default void close() {}
}
