package dev.hone.model;

import dev.hone.tensor.CausalSoftmax;
import dev.hone.tensor.CausalSoftmax.Sight;
import dev.hone.tensor.HeadRows;
import dev.hone.tensor.HeadRows.Turn;
import dev.hone.tensor.Randomness;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Causal attention of one sequence in one layer, written as product, softmax, product: on the CPU libtorch's fused kernel
 * has no bf16 products. A long sequence goes in blocks of query rows, each against the keys it may see, so that no full
 * square of scores exists. Query heads of a group share their key head by standing above each other: [Hkv, G·rows, K].
 *
 * <p>Sizes are rounded up, since each new shape of a bf16 product costs oneDNN the making of a kernel: rows behind the
 * sequence are zero, nobody sees them, and what is computed for them is not used.
 */
final class SequenceAttention implements AutoCloseable {
    private static final int BLOCK = 256;
    private static final int ROUNDING = 32;

    private final Plan plan;
    private final int index;
    private final int start;
    private final int length;
    private final Optional<Turn> turn;
    private final List<Block> blocks = new ArrayList<>();
    private final List<Tensor> kept = new ArrayList<>();
    private @Nullable Heads heads;

    /**
     * What the sequences of one layer have in common.
     *
     * @param window how many tokens back a token may look, itself included; 0 = all
     * @param dropout probability on attention weights; 0 when not training
     * @param seed of the dropout
     */
    record Plan(ModelSpec.Attention spec, int window, double dropout, long seed) {}

    /** Query rows {@code first} to {@code first + rows - 1}, which see the keys from {@code from} on. */
    private record Block(int first, int rows, int from) {
        int size() { return roundUp(rows); }

        int columns() { return first - from + size(); }
    }

    SequenceAttention(Plan plan, int index, int start, int end, Optional<Turn> turn) {
        this.plan = plan;
        this.index = index;
        this.start = start;
        this.length = end - start;
        this.turn = turn;
        for (int first = 0; first < length; first += BLOCK) {
            int from = plan.window == 0 ? 0 : Math.max(0, first - plan.window + 1);
            blocks.add(new Block(first, Math.min(length - first, BLOCK), from));
        }
    }

    private static int roundUp(int rows) { return (rows + ROUNDING - 1) / ROUNDING * ROUNDING; }

    /** Which of the packed sequences. */
    int index() { return index; }

    /** Its first packed row. */
    int start() { return start; }

    /** Its rows. */
    int length() { return length; }

    /** Elements of all its scores. */
    long scores() {
        return blocks.stream().mapToLong(block -> (long) plan.spec.heads() * block.size() * block.columns()).sum();
    }

    /** Keys and queries by head, as {@link #forward} left them. */
    Heads heads() {
        if (heads == null) {
            throw new IllegalStateException("attention of a sequence that was not computed");
        }
        return heads;
    }

    /**
     * Writes the attended rows.
     *
     * @param qkv [length, (H + 2·Hkv)·K]
     * @param out [length, H·K]
     * @param keepsWeights whether the softmax is kept for backward
     */
    void forward(Tensor qkv, Tensor out, boolean keepsWeights) {
        Heads split = Heads.of(qkv, plan.spec, turn, roundUp(length));
        heads = new Heads(Scope.release(split.queries()), Scope.release(split.keys()), Scope.release(split.values()));
        for (Block block : blocks) {
            try (Scope scope = Scope.open()) {
                Tensor weights = weights(block);
                Tensor used = dropoutMask(weights, block).map(weights::mul).orElse(weights);
                Tensor byHead = used.bmm(part(split.values(), block)); // [Hkv, G·size, K]
                HeadRows.join(byHead.view(plan.spec.heads(), block.size(), plan.spec.headSize()),
                        out.narrow(0, block.first(), block.rows()), allHeads(), Optional.empty(), 1);
                if (keepsWeights) {
                    kept.add(Scope.release(weights));
                }
            }
        }
    }

    /**
     * Writes the gradient by the joint projection.
     *
     * @param gradient [length, H·K]
     * @param byQkv [length, (H + 2·Hkv)·K]
     */
    void backward(Tensor gradient, Tensor byQkv) {
        Heads gradients = heads().zeros();
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            try (Scope scope = Scope.open()) {
                Tensor weights = kept.isEmpty() ? weights(block) : kept.get(i);
                backward(block, weights, read(gradient, block), gradients);
            }
        }
        gradients.join(byQkv, plan.spec, turn);
    }

    private void backward(Block block, Tensor weights, Tensor gradient, Heads gradients) {
        Optional<Tensor> mask = dropoutMask(weights, block);
        Tensor used = mask.map(weights::mul).orElse(weights);
        part(gradients.values(), block).addInPlace(used.transpose(1, 2).bmm(gradient));
        Tensor scores = gradient.bmm(part(heads().values(), block).transpose(1, 2));
        mask.ifPresent(scores::mulInPlace);
        CausalSoftmax.backward(scores, weights, sight(block));
        Tensor queries = scores.bmm(part(heads().keys(), block)); // [Hkv, G·size, K]
        gradients.queries().narrow(1, block.first(), block.size())
                .copyFrom(queries.view(plan.spec.heads(), block.size(), plan.spec.headSize()));
        part(gradients.keys(), block).addInPlace(scores.transpose(1, 2).bmm(grouped(block)));
    }

    /** softmax(q kᵀ) of a block, [Hkv, G·size, columns]. */
    private Tensor weights(Block block) {
        Tensor scores = grouped(block).bmm(part(heads().keys(), block).transpose(1, 2));
        CausalSoftmax.apply(scores, sight(block));
        return scores;
    }

    private Sight sight(Block block) {
        return new Sight(block.rows(), block.size(), block.columns(), block.first() - block.from(), plan.window);
    }

    private Tensor grouped(Block block) {
        return heads().queries().narrow(1, block.first(), block.size())
                .reshape(plan.spec.keyHeads(), (long) plan.spec.group() * block.size(), plan.spec.headSize());
    }

    private static Tensor part(Tensor keysOrValues, Block block) {
        return keysOrValues.narrow(1, block.from(), block.columns());
    }

    /** The block's rows of [length, H·K] as [Hkv, G·size, K]. */
    private Tensor read(Tensor rows, Block block) {
        return HeadRows
                .split(rows.narrow(0, block.first(), block.rows()), allHeads(), block.size(), Optional.empty(), 1)
                .view(plan.spec.keyHeads(), (long) plan.spec.group() * block.size(), plan.spec.headSize());
    }

    private HeadRows.Columns allHeads() { return new HeadRows.Columns(0, plan.spec.heads(), plan.spec.headSize()); }

    private Optional<Tensor> dropoutMask(Tensor weights, Block block) {
        if (plan.dropout == 0) {
            return Optional.empty();
        }
        Tensor mask = Randomness.of(plan.seed, start + block.first()).bernoulli(1 - plan.dropout, weights.dtype(),
                weights.device(), weights.shape());
        mask.mulInPlace(1 / (1 - plan.dropout));
        return Optional.of(mask);
    }

    @Override
    public void close() {
        if (heads != null) {
            heads.close();
            heads = null;
        }
        kept.forEach(Tensor::close);
        kept.clear();
    }
}
