package dev.hone.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * {@link BlockwiseAdam} for contiguous CPU memory: plain loops over a block's arrays, which the JIT compiler turns into vector
 * instructions that IEEE 754 fixes to the last bit, so it needs no module and agrees with itself whether compiled or not.
 */
final class BlockwiseAdamKernel {
    private static final int BLOCK = BlockwiseAdam.BLOCK;
    /** Blocks that one thread takes at a time. */
    private static final int BATCH = 512;

    private final MemorySegment weight;
    private final MemorySegment gradient;
    private final boolean narrow;
    private final float scale;
    private final float beta1;
    private final float rest1;
    private final float beta2;
    private final float rest2;
    private final float keep;
    private final float stepSize;
    private final float rootCorrection;
    private final float epsilon;

    private BlockwiseAdamKernel(BlockwiseAdam.Part part, FusedOptim.AdamRule rule, double gradientScale) {
        weight = part.weight().memory();
        gradient = part.gradient().memory();
        narrow = part.gradient().dtype() == DType.BFLOAT16;
        scale = (float) gradientScale;
        beta1 = (float) rule.beta1();
        rest1 = (float) (1 - rule.beta1());
        beta2 = (float) rule.beta2();
        rest2 = (float) (1 - rule.beta2());
        keep = (float) (1 - rule.learningRate() * part.weightDecay());
        stepSize = (float) (rule.learningRate() / (1 - Math.pow(rule.beta1(), part.step())));
        rootCorrection = (float) Math.sqrt(1 - Math.pow(rule.beta2(), part.step()));
        epsilon = (float) rule.epsilon();
    }

    static void step(BlockwiseAdam.Part part, FusedOptim.AdamRule rule, double gradientScale) {
        BlockwiseAdamKernel kernel = new BlockwiseAdamKernel(part, rule, gradientScale);
        Moments moments = new Moments(part);
        long count = part.weight().count();
        int blocks = Math.toIntExact(BlockwiseAdam.blocks(count));
        Workers.each((blocks + BATCH - 1) / BATCH, batch -> {
            Block block = new Block();
            for (int index = batch * BATCH; index < Math.min(blocks, (batch + 1) * BATCH); index++) {
                long from = (long) index * BLOCK;
                kernel.run(block, moments, index, (int) Math.min(BLOCK, count - from));
            }
        });
    }

    /** The state's memory. */
    private record Moments(MemorySegment firstCodes, MemorySegment firstLargest, MemorySegment secondCodes,
            MemorySegment secondLargest) {
        Moments(BlockwiseAdam.Part part) {
            this(part.first().codes().memory(), part.first().largest().memory(), part.second().codes().memory(),
                    part.second().largest().memory());
        }
    }

    /** Room for one block. */
    private static final class Block {
        final float[] w = new float[BLOCK];
        final float[] g = new float[BLOCK];
        final float[] m = new float[BLOCK];
        final float[] v = new float[BLOCK];
        final short[] halves = new short[BLOCK];
        final byte[] codes = new byte[BLOCK];
    }

    private void run(Block block, Moments moments, int index, int count) {
        long from = (long) index * BLOCK;
        readGradient(block, from, count);
        MemorySegment.copy(weight, ValueLayout.JAVA_FLOAT_UNALIGNED, from * Float.BYTES, block.w, 0, count);
        decode(moments.firstCodes, moments.firstLargest, index, DynamicCodes.SIGNED, block.codes, block.m);
        decode(moments.secondCodes, moments.secondLargest, index, DynamicCodes.UNSIGNED, block.codes, block.v);
        update(block);
        MemorySegment.copy(block.w, 0, weight, ValueLayout.JAVA_FLOAT_UNALIGNED, from * Float.BYTES, count);
        encode(moments.firstCodes, moments.firstLargest, index, DynamicCodes.SIGNED, block.codes, block.m);
        encode(moments.secondCodes, moments.secondLargest, index, DynamicCodes.UNSIGNED, block.codes, block.v);
    }

    private void readGradient(Block block, long from, int count) {
        float[] g = block.g;
        if (narrow) {
            short[] halves = block.halves;
            MemorySegment.copy(gradient, ValueLayout.JAVA_SHORT_UNALIGNED, from * Short.BYTES, halves, 0, count);
            for (int i = 0; i < BLOCK; i++) {
                g[i] = Float.intBitsToFloat(halves[i] << 16) * scale;
            }
        } else {
            MemorySegment.copy(gradient, ValueLayout.JAVA_FLOAT_UNALIGNED, from * Float.BYTES, g, 0, count);
            for (int i = 0; i < BLOCK; i++) {
                g[i] *= scale;
            }
        }
        java.util.Arrays.fill(g, count, BLOCK, 0);
    }

    private void update(Block block) {
        float[] w = block.w;
        float[] g = block.g;
        float[] m = block.m;
        float[] v = block.v;
        for (int i = 0; i < BLOCK; i++) {
            m[i] = m[i] * beta1 + g[i] * rest1;
        }
        for (int i = 0; i < BLOCK; i++) {
            v[i] = v[i] * beta2 + g[i] * g[i] * rest2;
        }
        for (int i = 0; i < BLOCK; i++) {
            w[i] = w[i] * keep - m[i] / ((float) Math.sqrt(v[i]) / rootCorrection + epsilon) * stepSize;
        }
    }

    private static void decode(MemorySegment codes, MemorySegment largest, int index, DynamicCodes levels, byte[] read,
            float[] into) {
        float scale = largest.get(ValueLayout.JAVA_FLOAT_UNALIGNED, (long) index * Float.BYTES);
        MemorySegment.copy(codes, ValueLayout.JAVA_BYTE, (long) index * BLOCK, read, 0, BLOCK);
        for (int i = 0; i < BLOCK; i++) {
            into[i] = levels.decode(read[i]) * scale;
        }
    }

    private static void encode(MemorySegment codes, MemorySegment largest, int index, DynamicCodes levels,
            byte[] written,
            float[] from) {
        float most = 0;
        for (int i = 0; i < BLOCK; i++) {
            most = Math.max(most, Math.abs(from[i]));
        }
        largest.set(ValueLayout.JAVA_FLOAT_UNALIGNED, (long) index * Float.BYTES, most);
        float divisor = most == 0 ? 1 : most;
        for (int i = 0; i < BLOCK; i++) {
            written[i] = levels.encode(from[i] / divisor);
        }
        MemorySegment.copy(written, 0, codes, ValueLayout.JAVA_BYTE, (long) index * BLOCK, BLOCK);
    }
}
