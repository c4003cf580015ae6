package dev.hone.tensor;

/** What the quantised matrices share: what they refuse. */
final class Quantising {
    private Quantising() {}

    /** Refuses what cannot be quantised. */
    private static void requireMatrix(Tensor values) {
        if (values.rank() != 2 || values.count() == 0 || !values.dtype().floating()) {
            throw new IllegalArgumentException("quantising " + values.describe()
                    + ": expected a matrix [rows, columns] of a floating type with at least one of each");
        }
    }

    /** The matrix as the quantisers read it: contiguous, on the CPU; the same memory where it is so already. */
    static Tensor readable(Tensor values) {
        requireMatrix(values);
        return values.to(Device.CPU).contiguous();
    }

    /** Refuses a target that the rows from {@code first} on do not fill. */
    static void requireTarget(QuantisedMatrix matrix, long first, Tensor target) {
        boolean shaped = target.rank() == 2 && target.size(1) == matrix.columns() && first >= 0
                && first % matrix.rowStep() == 0 && first + target.size(0) <= matrix.rows();
        if (!shaped || !target.dtype().floating() || !target.device().equals(matrix.device())
                || !target.raw().is_contiguous()) {
            throw new IllegalArgumentException("dequantising rows from " + first + " of [" + matrix.rows() + ", "
                    + matrix.columns() + "] on " + matrix.device() + " into " + target.describe()
                    + ": expected a first row that is a multiple of " + matrix.rowStep()
                    + " and a contiguous floating target of the same columns and device that ends within the matrix");
        }
    }

    /** What the quantisers say of a number that no scale can hold. */
    static IllegalArgumentException notFinite() {
        return new IllegalArgumentException("quantising a matrix that holds NaN or an infinite number: expected finite"
                + " numbers only. Check the file that it comes from");
    }

    /** A finished part on the device, owned by nobody yet. */
    static Tensor placed(Tensor tensor, Device device) {
        return Scope.release(device.isCpu() ? tensor : tensor.to(device));
    }
}
