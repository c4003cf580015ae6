package dev.hone.tensor;

import static dev.hone.tensor.Vectors.FLOATS;
import static dev.hone.tensor.Vectors.LANES;
import static dev.hone.tensor.Vectors.ORDER;
import static dev.hone.tensor.Vectors.SHORTS;
import static dev.hone.tensor.Vectors.round;
import static dev.hone.tensor.Vectors.sum;

import dev.hone.tensor.Vectors.Reader;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * {@link FusedOptim}'s kernels for contiguous CPU memory. Loaded only where the Vector API is. Lanes are combined by
 * operations that IEEE 754 fixes to the last bit, and sums over lanes are made in a fixed order: interpreted, compiled and
 * scalar code agree exactly.
 */
final class VectorOptim {
    /** Elements that one thread takes at a time: long against handing them out, short against waiting for the last one. */
    private static final long BLOCK = 1 << 17;
    /** Elements summed in float32 before float64 takes over. */
    private static final long ROW = 1 << 12;

    private VectorOptim() {}

    /** A piece of one tensor. */
    private record Block(int tensor, long from, long to) {}

    static void adamW(List<FusedOptim.AdamPart> parts, FusedOptim.AdamRule rule, double gradientScale) {
        List<AdamKernel> kernels = parts.stream().map(part -> new AdamKernel(part, rule, gradientScale)).toList();
        List<Block> blocks = blocks(parts.stream().mapToLong(part -> part.weight().count()).toArray());
        Workers.each(blocks.size(), index -> {
            Block block = blocks.get(index);
            kernels.get(block.tensor).run(block.from, block.to);
        });
    }

    static double sumOfSquares(List<Tensor> tensors) {
        List<Reader> readers = tensors.stream().map(Reader::of).toList();
        List<Block> blocks = blocks(tensors.stream().mapToLong(Tensor::count).toArray());
        double[] sums = new double[blocks.size()];
        Workers.each(sums.length, index -> {
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
        return sum(even.add(odd));
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
    }
}
