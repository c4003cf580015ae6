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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Causal attention of one sequence in one layer, written as product, softmax, product: on the CPU libtorch's fused kernel
 * has no bf16 products. A long sequence goes in blocks of query rows, each against the keys it may see, so that no full
 * square of scores exists. Query heads of a group share their key head by standing above each other: [Hkv, G·rows, K].
 *
 * <p>Sizes are rounded up, since each new shape of a bf16 product costs oneDNN the making of a kernel: rows behind the
 * sequence are zero, nobody sees them, and what is computed for them is not used.
 *
 * <p>A branch continues another sequence: its queries are its own rows, and the keys that it shares stand before its own,
 * rounded up by columns in front that nobody sees. What they get in backward is handed to the other sequence. Learned keys
 * stand before a sequence in the same way.
 */
final class SequenceAttention implements AutoCloseable {
    private static final int BLOCK = 256;
    private static final int ROUNDING = 32;

    private final Plan plan;
    private final int index;
    private final int start;
    private final int length;
    private final Optional<Turn> turn;
    private final Optional<Prefix> prefix;
    private final int before;
    private final List<SequenceAttention> branches = new ArrayList<>();
    private final List<Block> blocks = new ArrayList<>();
    private final List<Tensor> kept = new ArrayList<>();
    private @Nullable Heads heads;
    private @Nullable KeysValues byPrefix;

    /**
     * What the sequences of one layer have in common.
     *
     * @param window how many tokens back a token may look, itself included; 0 = all
     * @param dropout probability on attention weights; 0 when not training
     * @param seed of the dropout
     */
    record Plan(ModelSpec.Attention spec, int window, double dropout, long seed) {}

    /**
     * What stands before a sequence.
     *
     * @param parent the sequence that a branch continues; empty where the keys are learned
     * @param tokens how many keys and values
     * @param read gives them once those of the parent are there
     */
    record Prefix(Optional<SequenceAttention> parent, int tokens, Supplier<KeysValues> read) {

        /** The first tokens of another sequence, with what stands before it. */
        static Prefix of(SequenceAttention parent, int shared) {
            int tokens = parent.prefix.map(Prefix::tokens).orElse(0) + shared;
            return new Prefix(Optional.of(parent), tokens, () -> parent.seen(tokens));
        }

        /** Learned ones. */
        static Prefix of(KeysValues learned) {
            return new Prefix(Optional.empty(), (int) learned.keys().size(1), () -> learned);
        }

        /** Columns in front of them. */
        int filling() { return roundUp(tokens) - tokens; }
    }

    /**
     * Query rows {@code first} to {@code first + rows - 1}, which see the keys from {@code from} on.
     *
     * @param own the key of its first row
     */
    private record Block(int first, int rows, int from, int own) {
        int size() { return roundUp(rows); }

        int columns() { return own - from + size(); }
    }

    SequenceAttention(Plan plan, int index, int start, int end, Optional<Turn> turn, Optional<Prefix> prefix) {
        this.plan = plan;
        this.index = index;
        this.start = start;
        this.length = end - start;
        this.turn = turn;
        this.prefix = prefix;
        this.before = prefix.map(shared -> roundUp(shared.tokens)).orElse(0);
        for (int first = 0; first < length; first += BLOCK) {
            int own = before + first;
            int from = plan.window == 0 ? 0 : Math.max(0, own - plan.window + 1);
            blocks.add(new Block(first, Math.min(length - first, BLOCK), from, own));
        }
    }

    /** Tells a parent of a branch, whose gradients it then adds to its own. */
    void add(SequenceAttention branch) {
        branches.add(branch);
    }

    boolean isBranch() { return prefix.flatMap(Prefix::parent).isPresent(); }

    /** Whether others continue it. */
    boolean isParent() { return !branches.isEmpty(); }

    private static int roundUp(int rows) { return (rows + ROUNDING - 1) / ROUNDING * ROUNDING; }

    /** Elements of the scores of one head, for a sequence that sees all of its own. */
    static long scoresOf(int length) {
        long scores = 0;
        for (int first = 0; first < length; first += BLOCK) {
            int size = roundUp(Math.min(length - first, BLOCK));
            scores += (long) size * (first + size);
        }
        return scores;
    }

    /** Which of the packed sequences. */
    int index() { return index; }

    /** Its first packed row. */
    int start() { return start; }

    /** Its rows. */
    int length() { return length; }

    /** Its tokens and those before it. */
    int tokens() { return length + prefix.map(Prefix::tokens).orElse(0); }

    /** Keys and values of its first tokens, those before it included, as {@link #forward} left them. */
    KeysValues seen(int tokens) {
        return new KeysValues(heads().keys(), heads().values()).part(filling(), tokens);
    }

    private int filling() { return prefix.map(Prefix::filling).orElse(0); }

    /** Elements of all its scores. */
    long scores() {
        return blocks.stream().mapToLong(block -> (long) plan.spec.heads() * block.size() * block.columns()).sum();
    }

    private Heads heads() {
        if (heads == null) {
            throw new IllegalStateException("attention of a sequence that was not computed");
        }
        return heads;
    }

    /**
     * Writes the attended rows; a branch's parent comes first.
     *
     * @param qkv [length, (H + 2·Hkv)·K]
     * @param out [length, H·K]
     * @param keepsWeights whether the softmax is kept for backward
     */
    void forward(Tensor qkv, Tensor out, boolean keepsWeights) {
        Heads own = Heads.of(qkv, plan.spec, turn, roundUp(length));
        Heads split = prefix.map(shared -> own.after(shared.read.get(), shared.filling())).orElse(own);
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
     * Writes the gradient by the joint projection; a parent's branches come first.
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
        if (isParent()) {
            addShared(gradients.keys(), branches.stream().map(branch -> branch.owed().keys()).toList());
            addShared(gradients.values(), branches.stream().map(branch -> branch.owed().values()).toList());
        }
        gradients.own(before).join(byQkv, plan.spec, turn);
        prefix.ifPresent(shared -> byPrefix = new KeysValues(
                Scope.owned(() -> prefixOf(shared, gradients.keys())),
                Scope.owned(() -> prefixOf(shared, gradients.values()))));
    }

    private static Tensor prefixOf(Prefix shared, Tensor keysOrValues) {
        return keysOrValues.narrow(1, shared.filling(), shared.tokens).copy();
    }

    /** The gradient of what stands before it, as {@link #backward} left it. */
    KeysValues owed() {
        if (byPrefix == null) {
            throw new IllegalStateException("backward of a sequence before that of its branches");
        }
        return byPrefix;
    }

    /** Adds what the branches owe in float32, since there may be many. */
    private void addShared(Tensor gradient, List<Tensor> shares) {
        Tensor sum = gradient.to(ScalarHead.wide(gradient.dtype()));
        shares.forEach(share -> sum.narrow(1, filling(), share.size(1)).addInPlace(share));
        gradient.copyFrom(sum);
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
        int hidden = prefix.map(shared -> Math.max(0, shared.filling() - block.from())).orElse(0);
        return new Sight(block.rows(), block.size(), block.columns(), hidden, block.own() - block.from(), plan.window);
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
        if (byPrefix != null) {
            byPrefix.close();
            byPrefix = null;
        }
        kept.forEach(Tensor::close);
        kept.clear();
    }
}
