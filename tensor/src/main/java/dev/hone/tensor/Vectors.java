package dev.hone.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * What the kernels of the Vector API share: reading and writing float32 and bfloat16 memory as float32 lanes, and functions
 * whose result is the same to the last bit whether the code is interpreted or compiled, so that a resumed run equals an
 * unbroken one.
 */
final class Vectors {
    static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class,
            VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));
    static final ByteOrder ORDER = ByteOrder.nativeOrder();
    static final int LANES = FLOATS.length();

    private Vectors() {}

    /**
     * Numeric memory; the type decides how it is written. Kernels with much arithmetic read and write whole rows through
     * arrays: each access to foreign memory makes so large a graph that the compiler gives up inlining around it, and every
     * vector that crosses a call is then an object on the heap.
     */
    record Writer(MemorySegment memory, boolean narrow) {
        static Writer of(Tensor tensor) { return new Writer(tensor.memory(), tensor.dtype() == DType.BFLOAT16); }

        void put(long index, FloatVector values) {
            if (narrow) {
                round(values).intoMemorySegment(memory, index * Short.BYTES, ORDER);
            } else {
                values.intoMemorySegment(memory, index * Float.BYTES, ORDER);
            }
        }

        void put(long index, FloatVector values, VectorMask<Float> mask) {
            if (narrow) {
                round(values).intoMemorySegment(memory, index * Short.BYTES, ORDER, mask.cast(SHORTS));
            } else {
                values.intoMemorySegment(memory, index * Float.BYTES, ORDER, mask);
            }
        }

        /** Writes the first {@code width} numbers of a row. */
        void row(long start, float[] from, int width) {
            row(start, from, 0, width);
        }

        /** Writes {@code width} numbers of a row, from {@code offset} on. */
        void row(long start, float[] from, int offset, int width) {
            int c = 0;
            for (; c + LANES <= width; c += LANES) {
                put(start + c, FloatVector.fromArray(FLOATS, from, offset + c));
            }
            if (c < width) {
                VectorMask<Float> mask = FLOATS.indexInRange(c, width);
                put(start + c, FloatVector.fromArray(FLOATS, from, offset + c, mask), mask);
            }
        }

        void one(long index, float value) {
            if (narrow) {
                int bits = Float.floatToRawIntBits(value);
                int rounded = Float.isNaN(value) ? 0x7fc0 : (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
                memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, index * Short.BYTES, (short) rounded);
            } else {
                memory.set(ValueLayout.JAVA_FLOAT_UNALIGNED, index * Float.BYTES, value);
            }
        }
    }

    /** Numeric memory; the type decides how it is read. */
    record Reader(MemorySegment memory, boolean narrow) {
        static Reader of(Tensor tensor) { return new Reader(tensor.memory(), tensor.dtype() == DType.BFLOAT16); }

        float one(long index) {
            return narrow
                    ? Float.intBitsToFloat(memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, index * Short.BYTES) << 16)
                    : memory.get(ValueLayout.JAVA_FLOAT_UNALIGNED, index * Float.BYTES);
        }

        /** Reads {@code width} numbers into the beginning of a row. */
        void row(long start, float[] into, int width) {
            row(start, into, 0, width);
        }

        /** Reads {@code width} numbers into a row, from {@code offset} on. */
        void row(long start, float[] into, int offset, int width) {
            int c = 0;
            for (; c + LANES <= width; c += LANES) {
                at(start + c).intoArray(into, offset + c);
            }
            if (c < width) {
                VectorMask<Float> mask = FLOATS.indexInRange(c, width);
                at(start + c, mask).intoArray(into, offset + c, mask);
            }
        }

        /**
         * Reads many numbers at once, by way of an array: their memory is checked once and not at every vector.
         *
         * @param scratch at least {@code width}
         */
        void many(long start, float[] into, int width, short[] scratch) { many(start, into, 0, width, scratch); }

        /** The same, from {@code offset} on. */
        void many(long start, float[] into, int offset, int width, short[] scratch) {
            if (!narrow) {
                MemorySegment.copy(memory, ValueLayout.JAVA_FLOAT_UNALIGNED, start * Float.BYTES, into, offset, width);
                return;
            }
            MemorySegment.copy(memory, ValueLayout.JAVA_SHORT_UNALIGNED, start * Short.BYTES, scratch, 0, width);
            int c = 0;
            for (; c + LANES <= width; c += LANES) {
                widened(ShortVector.fromArray(SHORTS, scratch, c)).intoArray(into, offset + c);
            }
            for (; c < width; c++) {
                into[offset + c] = Float.intBitsToFloat(scratch[c] << 16);
            }
        }

        private static FloatVector widened(ShortVector halves) {
            return halves.convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0).reinterpretAsInts()
                    .lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
        }

        FloatVector at(long index) {
            if (!narrow) {
                return FloatVector.fromMemorySegment(FLOATS, memory, index * Float.BYTES, ORDER);
            }
            return widened(ShortVector.fromMemorySegment(SHORTS, memory, index * Short.BYTES, ORDER));
        }

        FloatVector at(long index, VectorMask<Float> mask) {
            if (!narrow) {
                return FloatVector.fromMemorySegment(FLOATS, memory, index * Float.BYTES, ORDER, mask);
            }
            ShortVector halves = ShortVector.fromMemorySegment(SHORTS, memory, index * Short.BYTES, ORDER,
                    mask.cast(SHORTS));
            return halves.convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0).reinterpretAsInts()
                    .lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
        }
    }

    /** To bfloat16, to nearest and ties to even, as libtorch does. */
    static ShortVector round(FloatVector wide) {
        return (ShortVector) rounded(wide).lanewise(VectorOperators.LSHR, 16).convertShape(VectorOperators.I2S, SHORTS,
                0);
    }

    /** As {@link #round}: bfloat16 in the upper half of each lane and anything in the lower one. */
    static IntVector rounded(FloatVector wide) {
        IntVector bits = wide.reinterpretAsInts();
        IntVector even = bits.lanewise(VectorOperators.LSHR, 16).and(1);
        // the addition would carry a NaN's payload into the sign
        return bits.add(0x7fff).add(even).blend(0x7fc00000, wide.test(VectorOperators.IS_NAN).cast(INTS));
    }

    /** The sum of the lanes in a fixed order; reduceLanes leaves its order open. */
    static float sum(FloatVector lanes) {
        float sum = 0;
        for (float lane : lanes.toArray()) {
            sum += lane;
        }
        return sum;
    }

    /** The larger of each pair of lanes where neither is NaN; unlike Vector's max it takes no steps for signed zeros. */
    static FloatVector larger(FloatVector left, FloatVector right) {
        return left.blend(right, right.compare(VectorOperators.GT, left));
    }

    /** The largest lane. */
    static float max(FloatVector lanes) { return lanes.reduceLanes(VectorOperators.MAX); }

    /**
     * e^x within 2 units in the last place for x up to 88; 0 below -87. The lanewise EXP of the API may differ between
     * interpreted and compiled code, so this is Cody and Waite's reduction with the polynomial of Cephes' expf.
     */
    static FloatVector exp(FloatVector x) {
        FloatVector bounded = x.max(-87.3f).min(88.3f);
        // adding and taking off 1.5·2^23 rounds to the nearest whole number
        FloatVector n = bounded.mul(1.44269504f).add(12582912f).sub(12582912f);
        FloatVector r = bounded.sub(n.mul(0.693359375f)).sub(n.mul(-2.12194440e-4f));
        FloatVector p = r.mul(1.9875691500e-4f).add(1.3981999507e-3f).mul(r).add(8.3334519073e-3f).mul(r)
                .add(4.1665795894e-2f).mul(r).add(1.6666665459e-1f).mul(r).add(5.0000001201e-1f).mul(r).mul(r).add(r)
                .add(1f);
        IntVector power = ((IntVector) n.convertShape(VectorOperators.F2I, INTS, 0)).lanewise(VectorOperators.LSHL, 23);
        FloatVector scaled = p.reinterpretAsInts().add(power).reinterpretAsFloats();
        return scaled.blend(0f, x.lt(-87.3f));
    }
}
