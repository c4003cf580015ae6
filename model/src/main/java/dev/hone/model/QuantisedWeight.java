package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.QuantisedMatrix;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import java.util.List;

/**
 * The frozen matrices of a projection, owned: those that read the same rows (query, key and value; gate and up) run as one
 * product, and each is quantised by itself, so that its codes do not depend on its neighbours.
 */
public final class QuantisedWeight implements AutoCloseable {
    private final List<Part> parts;

    /**
     * One of them.
     *
     * @param name the tensor's name in a checkpoint
     * @param matrix [O, I], whatever the checkpoint's order is
     * @param inOut whether the checkpoint has it as [I, O]
     */
    public record Part(String name, QuantisedMatrix matrix, boolean inOut) {

        /** Its shape in a checkpoint. */
        public long[] storedShape() {
            return inOut
                    ? new long[]{matrix.columns(), matrix.rows()}
                    : new long[]{matrix.rows(), matrix.columns()};
        }

        /** Dense and in the checkpoint's order, in the open scope. */
        public Tensor stored(DType dtype) {
            return Scope.tidy(() -> {
                Tensor dense = matrix.dequantised(dtype);
                return inOut ? dense.t().contiguous() : dense;
            });
        }
    }

    QuantisedWeight(List<Part> parts) { this.parts = List.copyOf(parts); }

    public List<Part> parts() { return parts; }

    List<QuantisedMatrix> matrices() { return parts.stream().map(Part::matrix).toList(); }

    /** Bytes of codes and scales. */
    public long bytes() {
        return parts.stream().mapToLong(part -> part.matrix().bytes()).sum();
    }

    /** How many numbers it stands for. */
    public long count() {
        return parts.stream().mapToLong(part -> part.matrix().rows() * part.matrix().columns()).sum();
    }

    @Override
    public void close() { parts.forEach(part -> part.matrix().close()); }

    @Override
    public String toString() { return parts.toString(); }
}
