package dev.hone.tensor;

import static dev.hone.tensor.Vectors.FLOATS;
import static dev.hone.tensor.Vectors.INTS;
import static dev.hone.tensor.Vectors.LANES;

import dev.hone.tensor.Vectors.Reader;
import dev.hone.tensor.Vectors.Writer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Rows of 8-bit codes in lanes. */
final class VectorInt8 {
    /** At least as many bytes as there are lanes; the first of them are read. */
    private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class,
            VectorShape.forBitSize(Math.max(64, 8 * LANES)));

    private VectorInt8() {}

    /** Reads a row and gives its largest magnitude; what is not finite counts as the largest. */
    static float read(Tensor source, long row, float[] values) {
        Reader.of(source).row(row * values.length, values, values.length);
        IntVector most = IntVector.zero(INTS);
        int i = 0;
        for (; i + LANES <= values.length; i += LANES) {
            most = most.max(FloatVector.fromArray(FLOATS, values, i).reinterpretAsInts().and(Integer.MAX_VALUE));
        }
        int largest = most.reduceLanes(VectorOperators.MAX);
        for (; i < values.length; i++) {
            largest = Math.max(largest, Float.floatToRawIntBits(values[i]) & Integer.MAX_VALUE);
        }
        return Float.intBitsToFloat(largest);
    }

    /** Fills a plain tensor with the rows from {@code first} on. */
    static void decode(Int8Matrix matrix, long first, Tensor target) {
        int columns = Math.toIntExact(matrix.columns());
        long rows = target.size(0);
        int step = Int8Matrix.rowsAtOnce(columns);
        MemorySegment codes = matrix.codes().memory();
        MemorySegment scales = matrix.scales().memory();
        Writer writer = Writer.of(target);
        Workers.each(Math.toIntExact((rows + step - 1) / step), chunk -> {
            byte[] coded = new byte[columns + BYTES.length()]; // room for the last vector
            float[] values = new float[columns + LANES];
            for (long row = (long) chunk * step; row < Math.min(rows, (chunk + 1L) * step); row++) {
                MemorySegment.copy(codes, ValueLayout.JAVA_BYTE, (first + row) * columns, coded, 0, columns);
                scale(coded, scales.getAtIndex(ValueLayout.JAVA_FLOAT, first + row), values, columns);
                writer.row(row * columns, values, columns);
            }
        });
    }

    /** Decodes rows, their elements in order. */
    static VectorRows.Decoder decoder(Int8Matrix matrix) {
        int columns = Math.toIntExact(matrix.columns());
        MemorySegment codes = matrix.codes().memory();
        MemorySegment scales = matrix.scales().memory();
        byte[] coded = new byte[columns + BYTES.length()];
        float[] values = new float[columns + LANES];
        return row -> {
            MemorySegment.copy(codes, ValueLayout.JAVA_BYTE, row * columns, coded, 0, columns);
            scale(coded, scales.getAtIndex(ValueLayout.JAVA_FLOAT, row), values, columns);
            return values;
        };
    }

    /** values = codes · scale; both arrays have room behind the row. */
    static void scale(byte[] coded, float scale, float[] values, int columns) {
        for (int i = 0; i < columns; i += LANES) {
            IntVector whole = (IntVector) ByteVector.fromArray(BYTES, coded, i).convertShape(VectorOperators.B2I, INTS,
                    0);
            ((FloatVector) whole.convertShape(VectorOperators.I2F, FLOATS, 0)).mul(scale).intoArray(values, i);
        }
    }
}
