package dev.hone.tensor;

import dev.hone.tensor.HeadRows.Turn;
import java.util.Arrays;
import java.util.Optional;

/**
 * Attention of one new token per row against keys and values that are kept, each row over its own length and no further, so
 * that what a row gets does not depend on the rows beside it. Keys stand in tiles by dimension, values by token: both
 * products then run along memory.
 */
public final class StepAttention {
    /** The room of a sequence is a multiple of this many tokens, and so many keys make a tile. */
    public static final int TILE = 64;

    private StepAttention() {}

    /** Heads of queries, of keys, and numbers of each. */
    public record Shape(int heads, int keyHeads, int size) {
        int group() { return heads / keyHeads; }

        int width() { return (heads + 2 * keyHeads) * size; }
    }

    /**
     * What is kept, and for how many tokens of each row.
     *
     * @param keys [slots, Hkv, room / TILE, K, TILE]
     * @param values [slots, Hkv, room, K]
     * @param lengths tokens of each slot with the new one; rows behind the last slot get zeros
     * @param window how many tokens a row looks back to, itself included; 0 = all
     */
    public record Kept(Tensor keys, Tensor values, int[] lengths, int window) {
        int room() { return Math.toIntExact(values.size(2)); }

        int begin(int row) { return window == 0 ? 0 : Math.max(0, lengths[row] - window); }

        /** The same of some slots only. */
        public Kept slots(int from, int count) {
            int first = Math.min(from, lengths.length);
            int end = Math.min(from + count, lengths.length);
            return new Kept(keys.narrow(0, from, count), values.narrow(0, from, count),
                    Arrays.copyOfRange(lengths, first, end), window);
        }
    }

    /** Whether {@link #apply} can be used: memory on the CPU, and heads that fill whole vectors. */
    public static boolean serves(DType dtype, Device device, Shape shape) {
        return VectorModule.PRESENT && device.equals(Device.CPU)
                && (dtype == DType.BFLOAT16 || dtype == DType.FLOAT32) && VectorStepAttention.serves(dtype, shape);
    }

    /**
     * Turns queries and keys, writes the new keys and values behind those that are kept, and attends.
     *
     * @param qkv [B, (H + 2·Hkv)·K]; row i belongs to slot i
     * @param turn of each row, where positions are rotary
     * @return [B, H·K]
     */
    public static Tensor apply(Tensor qkv, Kept kept, Shape shape, Optional<Turn> turn) {
        Tensor out = Tensors.empty(qkv.dtype(), qkv.device(), qkv.size(0), (long) shape.heads * shape.size);
        VectorStepAttention.apply(qkv.contiguous(), kept, shape, turn, out);
        return out;
    }
}
