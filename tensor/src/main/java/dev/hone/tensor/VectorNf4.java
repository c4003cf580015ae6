package dev.hone.tensor;

import static dev.hone.tensor.Vectors.FLOATS;
import static dev.hone.tensor.Vectors.INTS;
import static dev.hone.tensor.Vectors.LANES;

import dev.hone.tensor.Vectors.Reader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** NF4 in lanes: the 16 levels lie in one or two registers, and a code picks its lane. */
final class VectorNf4 {
    private static final float[] LEVELS = Nf4Codes.levels();
    private static final float[] BORDERS = Nf4Codes.borders();
    /** As many bytes as there are int lanes; where that is no shape of its own, nothing here serves. */
    private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class,
            VectorShape.forBitSize(Math.max(64, 8 * LANES)));
    /** Each byte twice: those of the first half of a vector, and of the second. */
    private static final VectorShuffle<Integer> FIRST = VectorShuffle.fromOp(INTS, lane -> lane / 2);
    private static final VectorShuffle<Integer> SECOND = VectorShuffle.fromOp(INTS, lane -> lane / 2 + LANES / 2);
    private static final IntVector NIBBLES = IntVector.fromArray(INTS, shifts(), 0);

    private VectorNf4() {}

    /** Whether the 16 levels fit into the registers of this processor. */
    static boolean serves() {
        return LANES == 16 || LANES == 8;
    }

    private static int[] shifts() {
        int[] shifts = new int[LANES];
        for (int lane = 0; lane < LANES; lane += 2) {
            shifts[lane] = 4;
        }
        return shifts;
    }

    /** Reads numbers of a plain tensor into the beginning of an array. */
    static void read(Tensor source, long first, int size, float[] values) {
        Reader.of(source).row(first, values, size);
    }

    /** As {@link Nf4Codes#encode}. */
    static void encode(float[] values, int block, float[] scales, byte[] packed) {
        int[] codes = new int[block];
        for (int b = 0; b < scales.length; b++) {
            scales[b] = largest(values, b * block, block);
            encodeBlock(values, b * block, scales[b] == 0 ? 1 : scales[b], codes);
            for (int i = 0; i < block / 2; i++) {
                packed[(b * block) / 2 + i] = (byte) (codes[2 * i] << 4 | codes[2 * i + 1]);
            }
        }
    }

    /** Compares bits without their sign, which are ordered as magnitudes are, infinity and NaN above all. */
    private static float largest(float[] values, int from, int count) {
        IntVector most = IntVector.zero(INTS);
        for (int i = from; i < from + count; i += LANES) {
            most = most.max(
                    FloatVector.fromArray(FLOATS, values, i).reinterpretAsInts().and(Integer.MAX_VALUE));
        }
        return Float.intBitsToFloat(most.reduceLanes(VectorOperators.MAX));
    }

    private static void encodeBlock(float[] values, int from, float divisor, int[] codes) {
        for (int i = 0; i < codes.length; i += LANES) {
            FloatVector value = FloatVector.fromArray(FLOATS, values, from + i).div(divisor);
            IntVector code = IntVector.zero(INTS);
            for (float border : BORDERS) {
                code = code.add(1, value.compare(VectorOperators.GT, border).cast(INTS));
            }
            code.intoArray(codes, i);
        }
    }

    /** Fills a plain tensor with the elements from {@code first} on, which begins a block. */
    static void decode(Nf4Matrix matrix, long first, Tensor target) {
        long count = target.count();
        boolean narrow = target.dtype() == DType.BFLOAT16;
        MemorySegment packed = matrix.packed().memory();
        MemorySegment out = target.memory();
        int block = matrix.block();
        Nf4Matrix.Scales.Reader reader = matrix.scales().reader();
        Workers.each(Math.toIntExact((count + Nf4Matrix.CHUNK - 1) / Nf4Matrix.CHUNK), chunk -> {
            long start = (long) chunk * Nf4Matrix.CHUNK;
            int size = (int) Math.min(Nf4Matrix.CHUNK, count - start);
            int blocks = (size + block - 1) / block;
            float[] scales = new float[blocks];
            reader.read((first + start) / block, scales);
            byte[] bytes = new byte[blocks * block / 2];
            MemorySegment.copy(packed, ValueLayout.JAVA_BYTE, (first + start) / 2, bytes, 0, (size + 1) / 2);
            if (narrow) {
                int[] pairs = new int[bytes.length];
                decodeNarrow(bytes, scales, block, pairs);
                MemorySegment.copy(MemorySegment.ofArray(pairs), 0, out, start * Short.BYTES,
                        (long) size * Short.BYTES);
            } else {
                float[] wide = new float[2 * bytes.length];
                decodeWide(bytes, scales, block, wide);
                MemorySegment.copy(wide, 0, out, ValueLayout.JAVA_FLOAT_UNALIGNED, start * Float.BYTES, size);
            }
        });
    }

    /** To pairs of bfloat16. The products of a block are only 16, so these are rounded and then picked. */
    private static void decodeNarrow(byte[] packed, float[] scales, int block, int[] pairs) {
        FloatVector low = FloatVector.fromArray(FLOATS, LEVELS, 0);
        FloatVector high = FloatVector.fromArray(FLOATS, LEVELS, 16 - LANES);
        for (int b = 0; b < scales.length; b++) {
            IntVector lows = rounded(low.mul(scales[b]));
            IntVector highs = rounded(high.mul(scales[b]));
            for (int i = b * block / 2; i < (b + 1) * block / 2; i += LANES) {
                IntVector bytes = bytes(packed, i);
                IntVector even = pick(bytes.lanewise(VectorOperators.LSHR, 4), lows, highs);
                IntVector odd = pick(bytes.and(15), lows, highs);
                even.or(odd.lanewise(VectorOperators.LSHL, 16)).intoArray(pairs, i);
            }
        }
    }

    private static IntVector rounded(FloatVector wide) {
        IntVector bits = wide.reinterpretAsInts();
        return bits.add(0x7fff).add(bits.lanewise(VectorOperators.LSHR, 16).and(1)).lanewise(VectorOperators.LSHR, 16);
    }

    private static void decodeWide(byte[] packed, float[] scales, int block, float[] wide) {
        FloatVector low = FloatVector.fromArray(FLOATS, LEVELS, 0);
        FloatVector high = FloatVector.fromArray(FLOATS, LEVELS, 16 - LANES);
        for (int b = 0; b < scales.length; b++) {
            IntVector lows = low.mul(scales[b]).reinterpretAsInts();
            IntVector highs = high.mul(scales[b]).reinterpretAsInts();
            for (int i = b * block / 2; i < (b + 1) * block / 2; i += LANES) {
                IntVector bytes = bytes(packed, i);
                IntVector first = bytes.rearrange(FIRST).lanewise(VectorOperators.LSHR, NIBBLES).and(15);
                IntVector second = bytes.rearrange(SECOND).lanewise(VectorOperators.LSHR, NIBBLES).and(15);
                pick(first, lows, highs).reinterpretAsFloats().intoArray(wide, 2 * i);
                pick(second, lows, highs).reinterpretAsFloats().intoArray(wide, 2 * i + LANES);
            }
        }
    }

    /** Reorders a row so that it meets the rows of {@link #decoder}: of each run of lanes' bytes, even elements before odd. */
    static void deal(float[] row, int width) {
        float[] run = new float[2 * LANES];
        for (int start = 0; start < width; start += run.length) {
            for (int i = 0; i < LANES; i++) {
                run[i] = row[start + 2 * i];
                run[LANES + i] = row[start + 2 * i + 1];
            }
            System.arraycopy(run, 0, row, start, run.length);
        }
    }

    /** Decodes rows of whole blocks, their elements in the order of {@link #deal}. */
    static VectorRows.Decoder decoder(Nf4Matrix matrix) {
        int columns = Math.toIntExact(matrix.columns());
        int blocks = columns / matrix.block();
        MemorySegment packed = matrix.packed().memory();
        byte[] bytes = new byte[columns / 2];
        float[] dealt = new float[columns];
        float[] scales = new float[blocks];
        Nf4Matrix.Scales.Reader reader = matrix.scales().reader();
        return row -> {
            MemorySegment.copy(packed, ValueLayout.JAVA_BYTE, row * bytes.length, bytes, 0, bytes.length);
            reader.read(row * blocks, scales);
            decodeDealt(bytes, scales, matrix.block(), dealt);
            return dealt;
        };
    }

    private static void decodeDealt(byte[] packed, float[] scales, int block, float[] dealt) {
        IntVector low = FloatVector.fromArray(FLOATS, LEVELS, 0).reinterpretAsInts();
        IntVector high = FloatVector.fromArray(FLOATS, LEVELS, 16 - LANES).reinterpretAsInts();
        for (int b = 0; b < scales.length; b++) {
            for (int i = b * block / 2; i < (b + 1) * block / 2; i += LANES) {
                IntVector bytes = bytes(packed, i);
                pick(bytes.lanewise(VectorOperators.LSHR, 4), low, high).reinterpretAsFloats().mul(scales[b])
                        .intoArray(dealt, 2 * i);
                pick(bytes.and(15), low, high).reinterpretAsFloats().mul(scales[b]).intoArray(dealt, 2 * i + LANES);
            }
        }
    }

    private static IntVector bytes(byte[] packed, int from) {
        return (IntVector) ByteVector.fromArray(BYTES, packed, from)
                .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
    }

    /** The entry of a table of 16 for each index; in registers of 8 lanes, of its half. */
    private static IntVector pick(IntVector index, IntVector low, IntVector high) {
        IntVector picked = index.selectFrom(low);
        return LANES == 16
                ? picked
                : picked.blend(index.and(LANES - 1).selectFrom(high), index.compare(VectorOperators.GE, LANES));
    }
}
