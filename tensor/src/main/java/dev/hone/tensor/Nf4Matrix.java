package dev.hone.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * A matrix in 4-bit NormalFloat (QLoRA, arXiv 2305.14314, section 3): its numbers in row-major order are cut into blocks, of
 * which each keeps its largest magnitude and, for each number, the nearest of 16 levels times that. Codes lie two to a byte,
 * the first in the high nibble; the last block may be short. With double quantisation the magnitudes, less their mean, are
 * quantised themselves, to 8 bits in groups of 256: 4.127 bits a number with blocks of 64 instead of 4.5.
 */
public final class Nf4Matrix implements QuantisedMatrix {
    private static final int GROUP = 256;
    private static final int LARGEST_BLOCK = 4096;
    private static final int SMALLEST_BLOCK = 32;
    /** Elements that one task quantises or dequantises; a multiple of every block size. */
    static final int CHUNK = 1 << 15;
    /** Elements that the composed form widens at a time. */
    private static final long COMPOSED = 4L << 20;

    private final long rows;
    private final long columns;
    private final int block;
    private final Device device;
    private final Tensor packed; // uint8 [⌈rows·columns / 2⌉]
    private final Scales scales;

    /** The magnitudes of blocks. */
    sealed interface Scales extends AutoCloseable {

        /** For a matrix on the CPU. */
        Reader reader();

        /** The same as a float32 tensor [count] on the matrix's device, in the open scope. */
        Tensor tensor(long first, long count);

        long bytes();

        @Override
        void close();

        /** Reads scales from native memory. */
        @FunctionalInterface
        interface Reader {
            /** Fills an array with those of as many blocks, from {@code first} on. */
            void read(long first, float[] into);
        }
    }

    /** As they are, float32 [blocks]. */
    record Whole(Tensor values) implements Scales {
        @Override
        public Reader reader() {
            MemorySegment memory = values.memory();
            return (first, into) -> MemorySegment.copy(memory, ValueLayout.JAVA_FLOAT, first * Float.BYTES, into, 0,
                    into.length);
        }

        @Override
        public Tensor tensor(long first, long count) { return values.narrow(0, first, count); }

        @Override
        public long bytes() { return values.count() * Float.BYTES; }

        @Override
        public void close() { values.close(); }
    }

    /** Quantised in turn: level[code] · group's largest magnitude + mean. */
    record Nested(Tensor codes, Tensor groups, float mean) implements Scales {
        @Override
        public Reader reader() {
            MemorySegment coded = codes.memory();
            MemorySegment largest = groups.memory();
            return (first, into) -> {
                for (int i = 0; i < into.length; i++) {
                    int code = Byte.toUnsignedInt(coded.get(ValueLayout.JAVA_BYTE, first + i));
                    float group = largest.getAtIndex(ValueLayout.JAVA_FLOAT, (first + i) / GROUP);
                    into[i] = Nf4Codes.dynamicLevel(code) * group + mean;
                }
            };
        }

        @Override
        public Tensor tensor(long first, long count) {
            long start = first / GROUP;
            return Scope.tidy(() -> {
                Tensor levels = Tensors.of(Nf4Codes.dynamic()).to(codes.device())
                        .indexSelect(0, codes.narrow(0, first, count).to(DType.INT32));
                Tensor group = groups.narrow(0, start, (first + count + GROUP - 1) / GROUP - start).unsqueeze(1);
                Tensor each = group.expand(group.size(0), GROUP).reshape(-1).narrow(0, first - start * GROUP, count);
                return levels.mul(each).add(mean);
            });
        }

        @Override
        public long bytes() { return codes.count() + groups.count() * Float.BYTES + Float.BYTES; }

        @Override
        public void close() {
            codes.close();
            groups.close();
        }
    }

    private Nf4Matrix(long rows, long columns, int block, Tensor packed, Scales scales) {
        this.rows = rows;
        this.columns = columns;
        this.block = block;
        this.device = packed.device();
        this.packed = packed;
        this.scales = scales;
    }

    /**
     * Quantises a matrix; it is read piece by piece and not copied where it is contiguous float32 or bfloat16 on the CPU.
     *
     * @param values [rows, columns] of a floating type; it stays the caller's
     * @param block a power of two from 32 to 4096; QLoRA's is 64
     * @param nested whether the scales are quantised too
     * @param device where the codes shall lie
     * @throws IllegalArgumentException for another shape, type or block, or a number that is not finite
     */
    public static Nf4Matrix quantise(Tensor values, int block, boolean nested, Device device) {
        if (block < SMALLEST_BLOCK || block > LARGEST_BLOCK || Integer.bitCount(block) != 1) {
            throw new IllegalArgumentException("NF4 in blocks of " + block + ": expected a power of two from "
                    + SMALLEST_BLOCK + " to " + LARGEST_BLOCK);
        }
        try (Scope scope = Scope.open()) {
            Tensor source = Quantising.readable(values);
            long count = source.count();
            float[] largest = new float[Math.toIntExact((count + block - 1) / block)];
            Tensor codes = Tensors.empty(DType.UINT8, Device.CPU, (count + 1) / 2);
            encode(source, block, largest, codes.memory());
            Scales scales = nested
                    ? nested(largest, device)
                    : new Whole(Quantising.placed(Tensors.of(largest), device));
            return new Nf4Matrix(source.size(0), source.size(1), block, Quantising.placed(codes, device), scales);
        }
    }

    private static void encode(Tensor source, int block, float[] largest, MemorySegment packed) {
        long count = source.count();
        boolean vector = VectorModule.serves(source);
        Tensor flat = source.view(count);
        Workers.each(Math.toIntExact((count + CHUNK - 1) / CHUNK), chunk -> {
            long first = (long) chunk * CHUNK;
            int size = (int) Math.min(CHUNK, count - first);
            float[] scales = new float[(size + block - 1) / block];
            float[] values = new float[scales.length * block]; // a short last block is filled up with zeros
            byte[] bytes = new byte[values.length / 2];
            if (vector) {
                VectorNf4.read(source, first, size, values);
                VectorNf4.encode(values, block, scales, bytes);
            } else {
                try (Scope scope = Scope.open()) {
                    System.arraycopy(flat.narrow(0, first, size).toFloats(), 0, values, 0, size);
                }
                Nf4Codes.encode(values, block, scales, bytes);
            }
            for (float scale : scales) {
                if (!Float.isFinite(scale)) {
                    throw Quantising.notFinite();
                }
            }
            System.arraycopy(scales, 0, largest, Math.toIntExact(first / block), scales.length);
            if (size % 2 == 1) {
                bytes[size / 2] &= (byte) 0xf0; // no element stands there
            }
            MemorySegment.copy(bytes, 0, packed, ValueLayout.JAVA_BYTE, first / 2, (size + 1) / 2);
        });
    }

    private static Nested nested(float[] largest, Device device) {
        double sum = 0;
        for (float value : largest) {
            sum += value;
        }
        float mean = (float) (sum / largest.length);
        float[] groups = new float[(largest.length + GROUP - 1) / GROUP];
        byte[] codes = new byte[largest.length];
        Workers.each(groups.length, group -> {
            int end = Math.min(largest.length, (group + 1) * GROUP);
            for (int i = group * GROUP; i < end; i++) {
                groups[group] = Math.max(groups[group], Math.abs(largest[i] - mean));
            }
            float divisor = groups[group] == 0 ? 1 : groups[group];
            for (int i = group * GROUP; i < end; i++) {
                codes[i] = (byte) Nf4Codes.nearestDynamic((largest[i] - mean) / divisor);
            }
        });
        Tensor coded = Tensors.copyOf(MemorySegment.ofArray(codes), DType.UINT8, codes.length);
        return new Nested(Quantising.placed(coded, device), Quantising.placed(Tensors.of(groups), device), mean);
    }

    @Override
    public long rows() { return rows; }

    @Override
    public long columns() { return columns; }

    @Override
    public Device device() { return device; }

    /** Numbers that share a scale. */
    public int block() { return block; }

    @Override
    public long bytes() { return packed.count() + scales.bytes(); }

    /** 1 where a row is whole blocks. */
    @Override
    public int rowStep() { return columns % block == 0 ? 1 : block; }

    Tensor packed() { return packed; }

    Scales scales() { return scales; }

    @Override
    public void dequantiseInto(long first, Tensor target) {
        Quantising.requireTarget(this, first, target);
        if (VectorModule.serves(target) && VectorNf4.serves()) {
            VectorNf4.decode(this, first * columns, target);
        } else {
            compose(first, target);
        }
    }

    /** Of tensor ops, for any device and type. */
    void compose(long first, Tensor target) {
        long step = Math.max(1, COMPOSED / columns / rowStep()) * rowStep();
        for (long row = 0; row < target.size(0); row += step) {
            try (Scope scope = Scope.open()) {
                long height = Math.min(step, target.size(0) - row);
                target.narrow(0, row, height).copyFrom(composed((first + row) * columns, height * columns)
                        .view(height, columns));
            }
        }
    }

    private Tensor composed(long first, long count) {
        Tensor bytes = packed.narrow(0, first / 2, (count + 1) / 2).to(DType.INT32);
        Tensor levels = Tensors.of(Nf4Codes.pairs(), 256, 2).to(device).indexSelect(0, bytes).view(-1)
                .narrow(0, 0, count);
        long whole = count / block;
        Tensor each = scales.tensor(first / block, (count + block - 1) / block);
        Tensor blocks = levels.narrow(0, 0, whole * block).view(whole, block).mul(each.narrow(0, 0, whole).unsqueeze(1))
                .view(-1);
        return whole * block == count
                ? blocks
                : Tensors.cat(Arrays.asList(blocks, levels.narrow(0, whole * block, count - whole * block)
                        .mul(each.narrow(0, whole, 1))), 0);
    }

    @Override
    public void close() {
        packed.close();
        scales.close();
    }

    @Override
    public String toString() {
        return "Nf4Matrix[" + rows + ", " + columns + ", blocks of " + block + ", " + bytes() + " bytes on " + device
                + "]";
    }
}
