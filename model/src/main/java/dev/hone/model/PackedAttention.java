package dev.hone.model;

import dev.hone.tensor.Ops;
import dev.hone.tensor.Randomness;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Causal attention inside each packed sequence, written as product, softmax, product: on the CPU libtorch's fused kernel has
 * no bf16 products. Long sequences go in blocks of query rows, each against the keys it may see, so that no
 * full square of scores exists. Query heads of a group share their key head by standing above each other:
 * [Hkv, G·rows, K].
 */
final class PackedAttention implements Attending {
    private static final int BLOCK = 256;
    static final int ROUNDING = 32;
    /** Scores kept for backward, in elements per layer; beyond it backward computes them again. */
    private static final long KEPT = 64L << 20;

    private final ModelSpec.Attention spec;
    private final double dropout;
    private final Rows rows;
    private final Optional<RopeTable.Angles> angles;
    private final Optional<KvCache> cache;
    private final Scope home = Scope.current();
    private final Map<Edge, Tensor> masks = new HashMap<>();

    private record Edge(int rows, int columns, int window) {}

    /**
     * Query rows of the packed tokens, which see the keys from {@code from} on. Blocks are computed in a few sizes, since each
     * new shape of a bf16 product costs oneDNN the making of a kernel: the rows between {@code rows} and {@code size} belong
     * to the next sequence or to the slack at the end; nobody sees them, and what is computed for them is not used.
     */
    private record Block(int first, int rows, int from) {
        int size() { return (rows + ROUNDING - 1) / ROUNDING * ROUNDING; }

        int columns() { return first - from + size(); }
    }

    /**
     * @param dropout probability on attention weights while training
     * @param cache is filled with keys and values, for a prompt that generation continues
     */
    PackedAttention(ModelSpec.Attention spec, double dropout, Rows rows, Optional<RopeTable.Angles> angles,
            Optional<KvCache> cache) {
        this.spec = spec;
        this.dropout = dropout;
        this.rows = rows;
        this.angles = angles;
        this.cache = cache;
    }

    @Override
    public Tensor attend(Tape tape, Tensor qkv, int layer) {
        Heads heads = Heads.of(qkv, spec, angles, ROUNDING);
        cache.ifPresent(c -> c.fill(layer, heads.keys(), heads.values(), rows.starts()));
        Tensor out = Tensors.empty(qkv.dtype(), qkv.device(), rows.tokens(), (long) spec.heads() * spec.headSize());
        List<Block> blocks = blocks(spec.windows().get(layer));
        boolean keep = tape.isRecording() && keptElements(blocks) <= KEPT;
        List<Tensor> kept = new ArrayList<>();
        long seed = tape.randomness().nextSeed();
        for (Block block : blocks) {
            try (Scope scope = Scope.open()) {
                Tensor weights = weights(heads, block, layer);
                Tensor dropped = dropout(tape, weights, seed, block);
                write(out, block, dropped.bmm(part(heads.values(), block)));
                if (keep) {
                    kept.add(scope.keep(weights));
                }
            }
        }
        return tape.record(out, gradient -> {
            Heads gradients = new Heads(Tensors.zerosLike(heads.queries()), Tensors.zerosLike(heads.keys()),
                    Tensors.zerosLike(heads.values()));
            for (int i = 0; i < blocks.size(); i++) {
                Block block = blocks.get(i);
                try (Scope scope = Scope.open()) {
                    Tensor weights = keep ? kept.get(i) : weights(heads, block, layer);
                    Optional<Tensor> mask = dropoutMask(tape, weights, seed, block);
                    backward(new Saved(heads, block, weights, mask), read(gradient, block), gradients);
                }
            }
            tape.give(qkv, gradients.joined(spec, angles, rows.tokens()));
            kept.forEach(Tensor::close);
            heads.close();
        });
    }

    private record Saved(Heads heads, Block block, Tensor weights, Optional<Tensor> mask) {}

    private void backward(Saved saved, Tensor gradient, Heads gradients) {
        Block block = saved.block();
        Tensor used = saved.mask().map(saved.weights()::mul).orElse(saved.weights());
        part(gradients.values(), block).addInPlace(used.transpose(1, 2).bmm(gradient));
        Tensor perWeight = gradient.bmm(part(saved.heads().values(), block).transpose(1, 2));
        saved.mask().ifPresent(perWeight::mulInPlace);
        Tensor scores = Ops.softmaxBackward(perWeight, saved.weights(), -1);
        Tensor queries = scores.bmm(part(saved.heads().keys(), block)); // [Hkv, G·size, K]
        gradients.queries().narrow(1, block.first(), block.rows()).copyFrom(real(queries, block));
        part(gradients.keys(), block).addInPlace(scores.transpose(1, 2).bmm(grouped(saved.heads().queries(), block)));
    }

    /** softmax(q kᵀ) of a block, [Hkv, G·size, columns]. */
    private Tensor weights(Heads heads, Block block, int layer) {
        return Scope.tidy(() -> {
            Tensor scores = grouped(heads.queries(), block).bmm(part(heads.keys(), block).transpose(1, 2));
            maskFuture(scores, block, spec.windows().get(layer));
            return scores.softmax(-1);
        });
    }

    private void maskFuture(Tensor scores, Block block, int window) {
        Tensor square = scores.view(spec.keyHeads(), spec.group(), block.size(), block.columns());
        if (window > 0 && block.columns() > window) {
            square.addInPlace(mask(new Edge(block.size(), block.columns(), window), scores));
        } else {
            square.narrow(3, block.first() - block.from(), block.size())
                    .addInPlace(mask(new Edge(block.size(), block.size(), 0), scores));
        }
    }

    /** 0 where row r may look at column c, else -∞; the last row sees the last column. */
    private Tensor mask(Edge edge, Tensor like) {
        return masks.computeIfAbsent(edge, e -> {
            float[] values = new float[e.rows() * e.columns()];
            for (int r = 0; r < e.rows(); r++) {
                int self = e.columns() - e.rows() + r;
                for (int c = 0; c < e.columns(); c++) {
                    boolean seen = c <= self && (e.window() == 0 || c > self - e.window());
                    values[r * e.columns() + c] = seen ? 0 : Float.NEGATIVE_INFINITY;
                }
            }
            return home.own(
                    Scope.tidy(() -> Tensors.of(values, e.rows(), e.columns()).to(like.dtype()).to(like.device())));
        });
    }

    private Tensor grouped(Tensor queries, Block block) {
        return queries.narrow(1, block.first(), block.size())
                .reshape(spec.keyHeads(), (long) spec.group() * block.size(), spec.headSize());
    }

    private static Tensor part(Tensor keysOrValues, Block block) {
        return keysOrValues.narrow(1, block.from(), block.columns());
    }

    /** The real rows of [Hkv, G·size, K], as [H, rows, K]. */
    private Tensor real(Tensor byHead, Block block) {
        return byHead.view(spec.heads(), block.size(), spec.headSize()).narrow(1, 0, block.rows());
    }

    /** [Hkv, G·size, K] into the block's rows of [T, H·K]. */
    private void write(Tensor out, Block block, Tensor byHead) {
        rowsByHead(out, block).copyFrom(real(byHead, block));
    }

    /** The block's rows of [T, H·K] as [Hkv, G·size, K], with zeros in the rows that are not the block's. */
    private Tensor read(Tensor rows, Block block) {
        Tensor padded = Tensors.zeros(rows.dtype(), rows.device(), spec.heads(), block.size(), spec.headSize());
        padded.narrow(1, 0, block.rows()).copyFrom(rowsByHead(rows, block));
        return padded.view(spec.keyHeads(), (long) spec.group() * block.size(), spec.headSize());
    }

    private Tensor rowsByHead(Tensor rows, Block block) {
        return rows.narrow(0, block.first(), block.rows()).view(block.rows(), spec.heads(), spec.headSize())
                .transpose(0, 1);
    }

    private Tensor dropout(Tape tape, Tensor weights, long seed, Block block) {
        return dropoutMask(tape, weights, seed, block).map(weights::mul).orElse(weights);
    }

    private Optional<Tensor> dropoutMask(Tape tape, Tensor weights, long seed, Block block) {
        if (!tape.isTraining() || dropout == 0) {
            return Optional.empty();
        }
        Tensor mask = Randomness.of(seed, block.first()).bernoulli(1 - dropout, weights.dtype(),
                weights.device(), weights.shape());
        mask.mulInPlace(1 / (1 - dropout));
        return Optional.of(mask);
    }

    private List<Block> blocks(int window) {
        List<Block> blocks = new ArrayList<>();
        for (int n = 0; n < rows.sequences(); n++) {
            int start = rows.starts()[n];
            int end = rows.starts()[n + 1];
            for (int first = start; first < end; first += BLOCK) {
                int from = window == 0 ? start : Math.max(start, first - window + 1);
                blocks.add(new Block(first, Math.min(end - first, BLOCK), from));
            }
        }
        return blocks;
    }

    private long keptElements(List<Block> blocks) {
        return blocks.stream().mapToLong(block -> (long) spec.heads() * block.size() * block.columns()).sum();
    }
}
