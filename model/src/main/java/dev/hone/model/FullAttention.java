package dev.hone.model;

import dev.hone.tensor.Device;
import dev.hone.tensor.Randomness;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Attention without a direction: each token of a packed sequence looks at all tokens of it. Sequences whose lengths round up
 * to the same multiple are laid side by side, so that a batch of short texts takes a few products; the keys that fill a
 * sequence up are masked. Backward is libtorch's.
 */
final class FullAttention implements Attending {
    private static final int ROUNDING = 32;
    /** Scores of one product at most, in elements. */
    private static final long MOST = 64L << 20;

    private final int heads;
    private final double dropout;
    private final List<Block> blocks;
    /** [T] int64: where each packed row stands among the rows of all blocks. */
    private final Tensor order;

    /**
     * Sequences of one rounded length.
     *
     * @param sequences S
     * @param length L, rounded
     * @param gather [S·L] int64, the packed row of each place; 0 where a sequence is filled up
     * @param real [R] int64, the places that are tokens
     * @param rows [R] their packed rows
     * @param mask [S, 1, 1, L] 0 for tokens, -∞ for what fills up
     */
    private record Block(int sequences, int length, Tensor gather, Tensor real, int[] rows, Tensor mask) {}

    FullAttention(int heads, double dropout, int[] starts, Device device) {
        this.heads = heads;
        this.dropout = dropout;
        this.blocks = blocks(starts, device);
        this.order = order(starts[starts.length - 1], device);
    }

    private Tensor order(int tokens, Device device) {
        int[] order = new int[tokens];
        int place = 0;
        for (Block block : blocks) {
            for (int row : block.rows()) {
                order[row] = place++;
            }
        }
        return index(order, device);
    }

    private List<Block> blocks(int[] starts, Device device) {
        Map<Integer, List<Integer>> byLength = new TreeMap<>();
        for (int n = 0; n + 1 < starts.length; n++) {
            int length = (starts[n + 1] - starts[n] + ROUNDING - 1) / ROUNDING * ROUNDING;
            if (length > 0) {
                byLength.computeIfAbsent(length, none -> new ArrayList<>()).add(n);
            }
        }
        List<Block> made = new ArrayList<>();
        byLength.forEach((length, sequences) -> {
            int most = (int) Math.max(1, MOST / ((long) heads * length * length));
            for (int first = 0; first < sequences.size(); first += most) {
                made.add(block(sequences.subList(first, Math.min(sequences.size(), first + most)), length, starts,
                        device));
            }
        });
        return made;
    }

    private static Block block(List<Integer> sequences, int length, int[] starts, Device device) {
        int count = sequences.size();
        int[] gather = new int[count * length];
        float[] mask = new float[count * length];
        Arrays.fill(mask, Float.NEGATIVE_INFINITY);
        List<Integer> real = new ArrayList<>();
        for (int s = 0; s < count; s++) {
            int start = starts[sequences.get(s)];
            for (int i = 0; i < starts[sequences.get(s) + 1] - start; i++) {
                int place = s * length + i;
                gather[place] = start + i;
                mask[place] = 0;
                real.add(place);
            }
        }
        int[] places = real.stream().mapToInt(Integer::intValue).toArray();
        int[] rows = Arrays.stream(places).map(place -> gather[place]).toArray();
        return new Block(count, length, index(gather, device), index(places, device), rows,
                Scope.tidy(() -> Tensors.of(mask, count, 1, 1, length).to(device)));
    }

    private static Tensor index(int[] values, Device device) {
        return Scope.tidy(() -> Tensors.indices(values).to(device));
    }

    @Override
    public Tensor attend(Tape tape, Tensor qkv, int layer) {
        OptionalLong seed = tape.isTraining() && dropout > 0
                ? OptionalLong.of(tape.randomness().nextSeed())
                : OptionalLong.empty();
        return tape.composed(qkv, input -> Scope.tidy(() -> {
            List<Tensor> parts = new ArrayList<>();
            for (Block block : blocks) {
                parts.add(Scope.tidy(() -> attend(input, block, seed)));
            }
            return Tensors.cat(parts, 0).indexSelect(0, order);
        }));
    }

    /** The block's tokens, [R, H·K], in the order of its rows. */
    private Tensor attend(Tensor qkv, Block block, OptionalLong seed) {
        Tensor gathered = qkv.indexSelect(0, block.gather());
        long size = qkv.size(1) / 3 / heads;
        Tensor queries = part(gathered, block, 0, size).mul(1 / Math.sqrt(size));
        Tensor scores = queries.bmm(part(gathered, block, 1, size).transpose(1, 2)); // [S·H, L, L]
        Tensor masked = scores.view(block.sequences(), heads, block.length(), block.length())
                .add(block.mask().to(scores.dtype())).view(scores.shape());
        Tensor weights = masked.softmax(-1);
        if (seed.isPresent()) {
            Tensor keep = Randomness.of(seed.getAsLong(), block.rows()[0]).bernoulli(1 - dropout, weights.dtype(),
                    weights.device(),
                    weights.shape());
            keep.mulInPlace(1 / (1 - dropout));
            weights = weights.mul(keep);
        }
        return weights.bmm(part(gathered, block, 2, size)).view(block.sequences(), heads, block.length(), size)
                .transpose(1, 2).reshape((long) block.sequences() * block.length(), heads * size)
                .indexSelect(0, block.real());
    }

    /** Queries, keys or values as [S·H, L, K]. */
    private Tensor part(Tensor gathered, Block block, int which, long size) {
        return gathered.narrow(1, which * heads * size, heads * size)
                .reshape(block.sequences(), block.length(), heads, size).transpose(1, 2)
                .reshape((long) block.sequences() * heads, block.length(), size);
    }
}
