package dev.hone.tensor;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Makes tensors: constants, ranges, copies of arrays, views of mapped memory, joins. Results belong to the open scope. */
public final class Tensors {
    static {
        Engine.start();
    }

    private Tensors() {}

    public static Tensor zeros(DType dtype, Device device, long... shape) {
        return Tensor.wrap(torch.zeros(shape, Types.options(dtype, device)));
    }

    /** Memory with whatever was in it; the caller writes every element. */
    public static Tensor empty(DType dtype, Device device, long... shape) {
        return Tensor.wrap(
                torch.empty(shape, Types.options(dtype, device), Types.ANY_FORMAT));
    }

    /**
     * Page-locked memory of the host, from and to which a CUDA device copies without a detour; not initialised.
     *
     * @throws IllegalStateException without a CUDA device
     */
    public static Tensor pinned(DType dtype, long... shape) {
        if (Engine.cudaDevices() == 0) {
            throw new IllegalStateException("page-locked memory without a CUDA device, which alone has a use for it");
        }
        try (BoolOptional pinned = new BoolOptional(true);
                TensorOptions options = Types.options(dtype, Device.CPU).pinned_memory(pinned)) {
            return Tensor.wrap(torch.empty(shape, options, Types.ANY_FORMAT));
        }
    }

    public static Tensor zeros(DType dtype, long... shape) { return zeros(dtype, Device.CPU, shape); }

    public static Tensor full(double value, DType dtype, long... shape) {
        try (Scalar scalar = new Scalar(value)) {
            return Tensor.wrap(torch.full(shape, scalar, Types.options(dtype, Device.CPU)));
        }
    }

    /** {@code 0, 1, …, end-1} as int64. */
    public static Tensor range(long end) {
        try (Scalar scalar = new Scalar(end)) {
            return Tensor.wrap(torch.arange(scalar, Types.options(DType.INT64, Device.CPU)));
        }
    }

    public static Tensor zerosLike(Tensor other) { return Tensor.wrap(torch.zeros_like(other.raw())); }

    public static Tensor of(float[] values, long... shape) {
        return filled(DType.FLOAT32, values.length, shape, MemorySegment.ofArray(values));
    }

    public static Tensor of(double[] values, long... shape) {
        return filled(DType.FLOAT64, values.length, shape, MemorySegment.ofArray(values));
    }

    public static Tensor of(long[] values, long... shape) {
        return filled(DType.INT64, values.length, shape, MemorySegment.ofArray(values));
    }

    /** int32 values, widened to int64 as indices must be. */
    public static Tensor indices(int[] values) {
        long[] wide = new long[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return of(wide);
    }

    /** A boolean tensor from bytes, 0 = false. */
    public static Tensor ofBooleans(boolean[] values, long... shape) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = values[i] ? (byte) 1 : 0;
        }
        return filled(DType.BOOL, values.length, shape, MemorySegment.ofArray(bytes));
    }

    /** A copy of little-endian bytes. */
    public static Tensor copyOf(MemorySegment bytes, DType dtype, long... shape) {
        return filled(dtype, bytes.byteSize() / dtype.bytes(), shape, bytes);
    }

    /**
     * A tensor over memory that somebody else owns, without a copy: the owner must keep it mapped as long as this tensor
     * or a view of it is open, and a read-only mapping must never be written.
     */
    public static Tensor view(MemorySegment bytes, DType dtype, long... shape) {
        requireCount(dtype, bytes.byteSize() / dtype.bytes(), shape);
        if (bytes.byteSize() == 0) {
            return zeros(dtype, shape);
        }
        Pointer pointer = new Pointer() {
            {
                address = bytes.address();
            }
        };
        return Tensor.wrap(torch.from_blob(pointer, shape, Types.options(dtype, Device.CPU)));
    }

    /** Joins along an existing axis. */
    public static Tensor cat(List<Tensor> parts, int axis) {
        try (TensorVector vector = vector(parts)) {
            return Tensor.wrap(torch.cat(vector, axis));
        }
    }

    /** Joins along a new axis. */
    public static Tensor stack(List<Tensor> parts, int axis) {
        try (TensorVector vector = vector(parts)) {
            return Tensor.wrap(torch.stack(vector, axis));
        }
    }

    static TensorVector vector(List<Tensor> parts) {
        return new TensorVector(parts.stream().map(part -> part.raw()).toArray(org.bytedeco.pytorch.Tensor[]::new));
    }

    private static Tensor filled(DType dtype, long count, long[] shape, MemorySegment source) {
        long[] full = shape.length == 0 ? new long[]{count} : shape;
        requireCount(dtype, count, full);
        Tensor tensor = empty(dtype, Device.CPU, full);
        if (count > 0) {
            MemorySegment.copy(source, 0, tensor.memory(), 0, count * dtype.bytes());
        }
        return tensor;
    }

    private static void requireCount(DType dtype, long count, long[] shape) {
        long wanted = 1;
        for (long length : shape) {
            wanted = Math.multiplyExact(wanted, length);
        }
        if (wanted != count) {
            throw new IllegalArgumentException(count + " " + dtype + " values for the shape "
                    + java.util.Arrays.toString(shape) + " of " + wanted);
        }
    }
}
