package dev.hone.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A matrix in 8 bits a number, symmetric, with a scale for each row: w ≈ code · (largest magnitude of the row / 127), codes
 * rounded to nearest with ties to even (the row-wise form of LLM.int8(), arXiv 2208.07339, section 2.1).
 */
public final class Int8Matrix implements QuantisedMatrix {
    private static final float MOST = 127;
    /** Elements that one task handles, about. */
    private static final int CHUNK = 1 << 15;
    /** Elements that the composed form widens at a time. */
    private static final long COMPOSED = 4L << 20;

    private final Tensor codes; // int8 [rows, columns]
    private final Tensor scales; // float32 [rows]
    private final Device device;

    private Int8Matrix(Tensor codes, Tensor scales) {
        this.codes = codes;
        this.scales = scales;
        this.device = codes.device();
    }

    /**
     * Quantises a matrix; it is read row by row and not copied where it is contiguous float32 or bfloat16 on the CPU.
     *
     * @param values [rows, columns] of a floating type; it stays the caller's
     * @param device where the codes shall lie
     * @throws IllegalArgumentException for another shape or type, or a number that is not finite
     */
    public static Int8Matrix quantise(Tensor values, Device device) {
        try (Scope scope = Scope.open()) {
            Tensor source = Quantising.readable(values);
            long rows = source.size(0);
            Tensor codes = Tensors.empty(DType.INT8, Device.CPU, rows, source.size(1));
            Tensor scales = Tensors.empty(DType.FLOAT32, Device.CPU, rows);
            encode(source, codes.memory(), scales.memory());
            return new Int8Matrix(Quantising.placed(codes, device), Quantising.placed(scales, device));
        }
    }

    /** How many rows one task takes. */
    static int rowsAtOnce(long columns) {
        return (int) Math.max(1, CHUNK / columns);
    }

    private static void encode(Tensor source, MemorySegment codes, MemorySegment scales) {
        long rows = source.size(0);
        int columns = Math.toIntExact(source.size(1));
        int step = rowsAtOnce(columns);
        boolean vector = VectorModule.serves(source);
        Workers.each(Math.toIntExact((rows + step - 1) / step), chunk -> {
            float[] values = new float[columns];
            byte[] coded = new byte[columns];
            for (long row = (long) chunk * step; row < Math.min(rows, (chunk + 1L) * step); row++) {
                float largest = vector ? VectorInt8.read(source, row, values) : read(source, row, values);
                if (!Float.isFinite(largest)) {
                    throw Quantising.notFinite();
                }
                float factor = largest == 0 ? 0 : MOST / largest;
                for (int i = 0; i < columns; i++) {
                    coded[i] = (byte) Math.rint(values[i] * (double) factor);
                }
                MemorySegment.copy(coded, 0, codes, ValueLayout.JAVA_BYTE, row * columns, columns);
                scales.setAtIndex(ValueLayout.JAVA_FLOAT, row, largest / MOST);
            }
        });
    }

    /** Reads a row and gives its largest magnitude; what is not finite counts as the largest. */
    private static float read(Tensor source, long row, float[] values) {
        int largest = 0;
        try (Scope scope = Scope.open()) {
            System.arraycopy(source.select(0, row).toFloats(), 0, values, 0, values.length);
        }
        for (float value : values) {
            largest = Math.max(largest, Float.floatToRawIntBits(value) & Integer.MAX_VALUE);
        }
        return Float.intBitsToFloat(largest);
    }

    @Override
    public long rows() { return codes.size(0); }

    @Override
    public long columns() { return codes.size(1); }

    @Override
    public Device device() { return device; }

    @Override
    public long bytes() { return codes.count() + scales.count() * Float.BYTES; }

    @Override
    public int rowStep() { return 1; }

    Tensor codes() { return codes; }

    Tensor scales() { return scales; }

    @Override
    public void dequantiseInto(long first, Tensor target) {
        Quantising.requireTarget(this, first, target);
        if (VectorModule.serves(target)) {
            VectorInt8.decode(this, first, target);
        } else {
            compose(first, target);
        }
    }

    /** Of tensor ops, for any device and type. */
    void compose(long first, Tensor target) {
        long step = Math.max(1, COMPOSED / columns());
        for (long row = 0; row < target.size(0); row += step) {
            try (Scope scope = Scope.open()) {
                long height = Math.min(step, target.size(0) - row);
                target.narrow(0, row, height).copyFrom(codes.narrow(0, first + row, height).to(DType.FLOAT32)
                        .mul(scales.narrow(0, first + row, height).unsqueeze(1)));
            }
        }
    }

    @Override
    public void close() {
        codes.close();
        scales.close();
    }

    @Override
    public String toString() { return "Int8Matrix[" + codes.describe() + ", " + bytes() + " bytes]"; }
}
