package dev.hone.tensor;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link FusedOptim}'s kernels for contiguous CPU memory. Loaded only where the Vector API is. Lanes are combined by
 * operations that IEEE 754 fixes to the last bit, and sums over lanes are made in a fixed order: interpreted, compiled and
 * scalar code agree exactly.
 */
final class VectorOptim {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class,
            VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int LANES = FLOATS.length();
    /** Elements that one thread takes at a time: long against handing them out, short against waiting for the last one. */
    private static final long BLOCK = 1 << 17;
    /** Elements summed in float32 before float64 takes over. */
    private static final long ROW = 1 << 12;

    private VectorOptim() {}

    /** A piece of one tensor. */
    private record Block(int tensor, long from, long to) {}

    /** Numeric memory; the type decides how it is read. */
    private record Reader(MemorySegment memory, boolean narrow) {
        static Reader of(Tensor tensor) { return new Reader(tensor.memory(), tensor.dtype() == DType.BFLOAT16); }

        FloatVector at(long index) {
            if (!narrow) {
                return FloatVector.fromMemorySegment(FLOATS, memory, index * Float.BYTES, ORDER);
            }
            ShortVector halves = ShortVector.fromMemorySegment(SHORTS, memory, index * Short.BYTES, ORDER);
            return halves.convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0).reinterpretAsInts()
                    .lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
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

    static void adamW(List<FusedOptim.AdamPart> parts, FusedOptim.AdamRule rule, double gradientScale) {
        List<AdamKernel> kernels = parts.stream().map(part -> new AdamKernel(part, rule, gradientScale)).toList();
        List<Block> blocks = blocks(parts.stream().mapToLong(part -> part.weight().count()).toArray());
        each(blocks.size(), index -> {
            Block block = blocks.get(index);
            kernels.get(block.tensor).run(block.from, block.to);
        });
    }

    static double sumOfSquares(List<Tensor> tensors) {
        List<Reader> readers = tensors.stream().map(Reader::of).toList();
        List<Block> blocks = blocks(tensors.stream().mapToLong(Tensor::count).toArray());
        double[] sums = new double[blocks.size()];
        each(sums.length, index -> {
            Block block = blocks.get(index);
            for (long row = block.from; row < block.to; row += ROW) {
                sums[index] += squares(readers.get(block.tensor), row, Math.min(block.to, row + ROW));
            }
        });
        double total = 0;
        for (double sum : sums) {
            total += sum;
        }
        return total;
    }

    private static double squares(Reader reader, long from, long to) {
        FloatVector even = FloatVector.zero(FLOATS);
        FloatVector odd = FloatVector.zero(FLOATS);
        long index = from;
        for (; index + 2 * LANES <= to; index += 2 * LANES) {
            FloatVector first = reader.at(index);
            FloatVector second = reader.at(index + LANES);
            even = even.add(first.mul(first));
            odd = odd.add(second.mul(second));
        }
        for (; index < to; index += LANES) {
            FloatVector rest = reader.at(index, FLOATS.indexInRange(index, to));
            even = even.add(rest.mul(rest));
        }
        // not reduceLanes: its order is left open and may differ between interpreted and compiled code
        double sum = 0;
        for (float lane : even.add(odd).toArray()) {
            sum += lane;
        }
        return sum;
    }

    private static List<Block> blocks(long[] counts) {
        List<Block> blocks = new ArrayList<>();
        for (int tensor = 0; tensor < counts.length; tensor++) {
            for (long from = 0; from < counts[tensor]; from += BLOCK) {
                blocks.add(new Block(tensor, from, Math.min(counts[tensor], from + BLOCK)));
            }
        }
        return blocks;
    }

    /** Runs the body for 0 … count-1 on as many threads as libtorch's ops use, each taking the next number when free. */
    private static void each(int count, IntConsumer body) {
        int workers = Math.min(Engine.threads(), count);
        AtomicInteger next = new AtomicInteger();
        Runnable worker = () -> {
            for (int index = next.getAndIncrement(); index < count; index = next.getAndIncrement()) {
                body.accept(index);
            }
        };
        if (workers <= 1) {
            worker.run();
        } else {
            IntStream.range(0, workers).parallel().forEach(ignored -> worker.run());
        }
    }

    /** AdamW of one parameter; formula and order as torch.optim.AdamW, single-tensor form. */
    private static final class AdamKernel {
        private final MemorySegment weight;
        private final MemorySegment first;
        private final MemorySegment second;
        private final MemorySegment rounded;
        private final boolean rounds;
        private final Reader gradient;
        private final float scale;
        private final float beta1;
        private final float rest1;
        private final float beta2;
        private final float rest2;
        private final float keep;
        private final float stepSize;
        private final float rootCorrection;
        private final float epsilon;

        AdamKernel(FusedOptim.AdamPart part, FusedOptim.AdamRule rule, double gradientScale) {
            FusedOptim.Moments moments = part.moments();
            weight = part.weight().memory();
            first = moments.first().memory();
            second = moments.second().memory();
            rounds = part.rounded().isPresent();
            rounded = part.rounded().map(Tensor::memory).orElse(MemorySegment.NULL);
            gradient = Reader.of(part.gradient());
            scale = (float) gradientScale;
            beta1 = (float) rule.beta1();
            rest1 = (float) (1 - rule.beta1());
            beta2 = (float) rule.beta2();
            rest2 = (float) (1 - rule.beta2());
            keep = (float) (1 - rule.learningRate() * part.weightDecay());
            stepSize = (float) (rule.learningRate() / (1 - Math.pow(rule.beta1(), moments.step())));
            rootCorrection = (float) Math.sqrt(1 - Math.pow(rule.beta2(), moments.step()));
            epsilon = (float) rule.epsilon();
        }

        void run(long from, long to) {
            long index = from;
            for (; index + LANES <= to; index += LANES) {
                long at = index * Float.BYTES;
                FloatVector g = gradient.at(index).mul(scale);
                FloatVector m = FloatVector.fromMemorySegment(FLOATS, first, at, ORDER).mul(beta1).add(g.mul(rest1));
                FloatVector v = FloatVector.fromMemorySegment(FLOATS, second, at, ORDER).mul(beta2)
                        .add(g.mul(g).mul(rest2));
                FloatVector step = m.div(v.sqrt().div(rootCorrection).add(epsilon)).mul(stepSize);
                FloatVector w = FloatVector.fromMemorySegment(FLOATS, weight, at, ORDER).mul(keep).sub(step);
                m.intoMemorySegment(first, at, ORDER);
                v.intoMemorySegment(second, at, ORDER);
                w.intoMemorySegment(weight, at, ORDER);
                if (rounds) {
                    round(w).intoMemorySegment(rounded, index * Short.BYTES, ORDER);
                }
            }
            if (index < to) {
                tail(index, FLOATS.indexInRange(index, to));
            }
        }

        private void tail(long index, VectorMask<Float> mask) {
            long at = index * Float.BYTES;
            FloatVector g = gradient.at(index, mask).mul(scale);
            FloatVector m = FloatVector.fromMemorySegment(FLOATS, first, at, ORDER, mask).mul(beta1)
                    .add(g.mul(rest1));
            FloatVector v = FloatVector.fromMemorySegment(FLOATS, second, at, ORDER, mask).mul(beta2)
                    .add(g.mul(g).mul(rest2));
            FloatVector step = m.div(v.sqrt().div(rootCorrection).add(epsilon)).mul(stepSize);
            FloatVector w = FloatVector.fromMemorySegment(FLOATS, weight, at, ORDER, mask).mul(keep).sub(step);
            m.intoMemorySegment(first, at, ORDER, mask);
            v.intoMemorySegment(second, at, ORDER, mask);
            w.intoMemorySegment(weight, at, ORDER, mask);
            if (rounds) {
                round(w).intoMemorySegment(rounded, index * Short.BYTES, ORDER, mask.cast(SHORTS));
            }
        }

        /** To bfloat16, to nearest and ties to even, as libtorch does. */
        private static ShortVector round(FloatVector wide) {
            IntVector bits = wide.reinterpretAsInts();
            IntVector even = bits.lanewise(VectorOperators.LSHR, 16).and(1);
            IntVector nearest = bits.add(0x7fff).add(even).lanewise(VectorOperators.LSHR, 16);
            // the addition would carry a NaN's payload into the sign
            IntVector safe = nearest.blend(0x7fc0, wide.test(VectorOperators.IS_NAN).cast(INTS));
            return (ShortVector) safe.convertShape(VectorOperators.I2S, SHORTS, 0);
        }
    }
}
