package dev.hone.tensor;

/**
 * A frozen matrix in few bits a number, owned by whoever closes it. It lies in native memory and is dequantised where it is
 * used and nowhere else ({@link QuantisedOps#linear}); the numbers that were lost in quantising do not come back.
 */
public sealed interface QuantisedMatrix extends AutoCloseable permits Nf4Matrix, Int8Matrix {

    /** Rows, O of a weight [O, I]. */
    long rows();

    /** Columns, I of a weight [O, I]. */
    long columns();

    /** Where it lies. */
    Device device();

    /** Bytes that codes and scales take. */
    long bytes();

    /** A part of the rows can be dequantised where it begins at a multiple of this. */
    int rowStep();

    /**
     * Dequantises as many rows as the target has.
     *
     * @param first the first row, a multiple of {@link #rowStep}
     * @param target [R, columns], contiguous, of a floating type, on this matrix's device
     */
    void dequantiseInto(long first, Tensor target);

    /**
     * The whole matrix, [rows, columns], in the open scope.
     *
     * @param dtype a floating type; products with the scales are made in float32 and rounded to it
     */
    default Tensor dequantised(DType dtype) {
        Tensor whole = Tensors.empty(dtype, device(), rows(), columns());
        dequantiseInto(0, whole);
        return whole;
    }

    /** Frees the memory; safe to call twice. */
    @Override
    void close();
}
