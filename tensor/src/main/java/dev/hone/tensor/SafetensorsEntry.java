package dev.hone.tensor;

import static dev.hone.tensor.SafetensorsException.quoted;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * One tensor to be written.
 *
 * @param name its name in the file
 * @param dtype its element type
 * @param shape its sizes, outermost first; empty for a scalar
 * @param source lends its bytes when its turn comes
 */
public record SafetensorsEntry(String name, DType dtype, long[] shape, Source source) {
    /**
     * @throws SafetensorsException for a shape with a negative size or of more bytes than a long counts, and for a name
     *     that a header cannot hold
     */
    public SafetensorsEntry {
        shape = shape.clone();
        if (name.equals(SafetensorsHeader.METADATA) || !SafetensorsHeader.encodable(name)) {
            throw SafetensorsException.of("a tensor to write with the name " + quoted(name),
                    "well-formed text other than " + SafetensorsHeader.METADATA, "the list of tensors", "Rename it.");
        }
        if (shape.length > SafetensorsHeader.MOST_DIMENSIONS) {
            throw SafetensorsException.of(shape.length + " dimensions",
                    "at most " + SafetensorsHeader.MOST_DIMENSIONS, "tensor " + quoted(name), "Reshape it.");
        }
        try {
            TensorInfo.bytes(dtype, shape);
        } catch (ArithmeticException e) {
            throw SafetensorsException.of("the shape " + Arrays.toString(shape),
                    "sizes of at least 0 whose product fits in 63 bits", "tensor " + quoted(name), "Check its shape.");
        }
    }

    /**
     * Lends a tensor's elements: row-major, contiguous, little-endian, whole or in successive pieces. It is called once,
     * so a copy made for the purpose (from a GPU, say) can be freed when it returns, before the next tensor's is made.
     */
    @FunctionalInterface
    public interface Source {
        /** Hands the bytes to {@code reader}, which has read them when it returns. */
        void lend(Consumer<MemorySegment> reader);
    }

    /** A tensor whose bytes are at hand and stay so until it is written. */
    public static SafetensorsEntry of(String name, DType dtype, long[] shape, MemorySegment bytes) {
        return new SafetensorsEntry(name, dtype, shape, reader -> reader.accept(bytes));
    }

    @Override
    public long[] shape() { return shape.clone(); }

    /** Number of bytes that it takes in the file. */
    public long bytes() { return TensorInfo.bytes(dtype, shape); }
}
