package dev.hone.tensor;

import java.util.Arrays;
import java.util.Objects;

/**
 * What a safetensors header says of one tensor.
 *
 * @param name the tensor's name, for example {@code model.norm.weight}
 * @param dtype its element type
 * @param shape its sizes, outermost first; empty for a scalar, and a size may be 0
 * @param begin where its bytes start, counted from the first byte after the header
 * @param end the first byte after it
 */
public record TensorInfo(String name, DType dtype, long[] shape, long begin, long end) {
    public TensorInfo {
        shape = shape.clone();
        if (begin < 0 || end - begin != bytes(dtype, shape)) {
            throw new IllegalArgumentException("tensor '" + name + "': " + dtype + " " + Arrays.toString(shape)
                    + " does not take the bytes [" + begin + ", " + end + ")");
        }
    }

    @Override
    public long[] shape() { return shape.clone(); }

    /** Number of elements; 1 for a scalar. */
    public long elements() { return bytes() / dtype.bytes(); }

    /** Number of bytes. */
    public long bytes() { return end - begin; }

    /**
     * The bytes that a shape takes.
     *
     * @throws ArithmeticException for a negative size, or when the sizes other than 0 multiply to more than a long holds
     *     (strides are computed from those even where another size is 0)
     */
    static long bytes(DType dtype, long... shape) {
        long product = dtype.bytes();
        boolean empty = false;
        for (long size : shape) {
            if (size < 0) {
                throw new ArithmeticException("negative size " + size);
            }
            empty |= size == 0;
            product = Math.multiplyExact(product, Math.max(size, 1));
        }
        return empty ? 0 : product;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TensorInfo that && name.equals(that.name) && dtype == that.dtype
                && Arrays.equals(shape, that.shape) && begin == that.begin && end == that.end;
    }

    @Override
    public int hashCode() { return Objects.hash(name, dtype, Arrays.hashCode(shape), begin, end); }

    @Override
    public String toString() {
        return name + " " + dtype + " " + Arrays.toString(shape) + " at [" + begin + ", " + end + ")";
    }
}
