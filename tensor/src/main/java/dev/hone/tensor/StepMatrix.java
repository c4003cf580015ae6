package dev.hone.tensor;

import java.util.Optional;

/**
 * A copy of a bfloat16 matrix in the order that oneDNN's products of few rows read, so that a step which multiplies the same
 * matrix again and again does not reorder it each time: on a processor with AVX-512 BF16 products of 8 to 16 rows take about
 * two thirds of the time. The results are those of the matrix at the time it was copied.
 */
public final class StepMatrix implements AutoCloseable {
    /** Beyond so many rows the plain product is as fast. */
    public static final long MOST_ROWS = 64;
    private static final boolean PRESENT = works();

    private final Tensor reordered;

    private StepMatrix(Tensor reordered) { this.reordered = reordered; }

    /**
     * Copies a matrix, which takes as much memory again until this is closed.
     *
     * @param weight [O, I]
     * @param rows of the products to come, about
     * @return nothing where this build or machine has no such products, or the matrix is not bfloat16 on the CPU
     */
    public static Optional<StepMatrix> of(Tensor weight, long rows) {
        boolean serves = PRESENT && weight.dtype() == DType.BFLOAT16 && weight.device().isCpu();
        return serves ? Optional.of(reorder(weight, rows)) : Optional.empty();
    }

    private static StepMatrix reorder(Tensor weight, long rows) {
        return new StepMatrix(
                Scope.owned(() -> Native.reorderForLinear(weight.contiguous(), Math.clamp(rows, 1, MOST_ROWS))));
    }

    /** Whether rows are few enough, and of the right type. */
    public boolean serves(Tensor x) {
        return x.dtype() == DType.BFLOAT16 && x.size(0) <= MOST_ROWS;
    }

    /**
     * Rows times the transposed matrix, [T, I] → [T, O]. Several threads may call at once.
     *
     * @param bias [O]
     */
    public Tensor product(Tensor x, Optional<Tensor> bias) {
        return Native.reorderedLinear(x.contiguous(), reordered, bias);
    }

    /** A build for another processor may lack the op, and a processor bfloat16 products: then it throws. */
    private static boolean works() {
        Engine.start();
        try (Scope scope = Scope.open()) {
            Tensor one = Tensors.full(1, DType.BFLOAT16, 16, 16);
            try (StepMatrix matrix = reorder(one, 1)) {
                return matrix.product(one, Optional.empty()).to(DType.FLOAT32).toFloats()[17] == 16;
            }
        } catch (RuntimeException absent) {
            return false;
        }
    }

    @Override
    public void close() { reordered.close(); }
}
