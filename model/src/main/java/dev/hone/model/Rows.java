package dev.hone.model;

import dev.hone.tensor.Device;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import dev.hone.text.Packed;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Packed sequences on the device, as a model reads them.
 *
 * @param ids [T] int64
 * @param positions [T] int64, counted from {@code before} in every sequence; a branch goes on behind the tokens that it shares
 * @param packed the sequences, filled up
 * @param targets [P] int64, the tokens that carry loss
 * @param predictors [P] int64, the row before each of them, whose hidden state predicts it; branches may have one in common
 * @param weights [P] float32, their factors in the loss; 0 for what only fills up a shape
 * @param given how many of the sequences were given, the first ones; what follows only fills up a shape
 * @param before positions that something takes in front of every sequence without being rows; 0 without virtual tokens
 */
public record Rows(Tensor ids, Tensor positions, Packed packed, Tensor targets, Tensor predictors, Tensor weights,
        int given, int before) {
    private static final int ROUNDING = 64;

    /**
     * Moves packed rows to a device; the tensors belong to the open scope.
     *
     * @throws ModelException for a token that the vocabulary lacks
     */
    public static Rows of(Packed packed, int vocabulary, Device device) {
        return build(packed, packed.sequences(), new Shape(vocabulary, device, 1));
    }

    /**
     * As {@link #of}, filled up with a sequence of token 0 and with targets of weight 0 so that T and P are multiples of 64:
     * batches of any length then share a few shapes, and oneDNN builds its kernels once. Results are those of {@link #of}.
     */
    public static Rows rounded(Packed packed, int vocabulary, Device device) {
        return build(filled(packed), packed.sequences(), new Shape(vocabulary, device, ROUNDING));
    }

    private static Packed filled(Packed packed) {
        int tokens = packed.tokens();
        int whole = roundUp(tokens, ROUNDING);
        if (whole == tokens) {
            return packed;
        }
        int[] starts = Arrays.copyOf(packed.starts(), packed.starts().length + 1);
        starts[starts.length - 1] = whole;
        int[] parents = Arrays.copyOf(packed.parents(), packed.sequences() + 1);
        parents[packed.sequences()] = -1;
        return new Packed(Arrays.copyOf(packed.ids(), whole), starts, Arrays.copyOf(packed.weight(), whole), parents,
                Arrays.copyOf(packed.shared(), parents.length));
    }

    private static int roundUp(int count, int multiple) { return (count + multiple - 1) / multiple * multiple; }

    private record Shape(int vocabulary, Device device, int multiple) {}

    private static Rows build(Packed packed, int given, Shape shape) {
        Device device = shape.device;
        int[] ids = packed.ids();
        int[] before = packed.predecessors();
        int[] positions = positions(before);
        requireKnown(ids, positions, shape.vocabulary);
        int[] learned = IntStream.range(0, ids.length).filter(i -> before[i] >= 0 && packed.weight()[i] != 0).toArray();
        int[] predicting = IntStream.of(learned).map(i -> before[i]).toArray();
        int[] fillers = idle(predicting, ids.length, roundUp(learned.length, shape.multiple) - learned.length);
        int count = learned.length + fillers.length;
        int[] targets = new int[count];
        float[] weights = new float[count];
        for (int p = 0; p < learned.length; p++) {
            targets[p] = ids[learned[p]];
            weights[p] = packed.weight()[learned[p]];
        }
        int[] predictors = IntStream.concat(IntStream.of(predicting), IntStream.of(fillers)).toArray();
        return new Rows(index(ids, device), index(positions, device), packed, index(targets, device),
                index(predictors, device), Scope.tidy(() -> Tensors.of(weights).to(device)), given, 0);
    }

    /** Other sequences in the place of given ones, which carry no loss; filled up where the given ones were. */
    static Rows widened(Packed wide, Rows given, int vocabulary) {
        boolean whole = given.tokens() % ROUNDING == 0;
        return build(whole ? filled(wide) : wide, given.given(),
                new Shape(vocabulary, given.ids().device(), 1));
    }

    /** The same rows, which begin that many positions later: keys and values of virtual tokens stand before them. */
    Rows after(int tokens) {
        return tokens == 0
                ? this
                : new Rows(ids, positions.add(Tensors.of(new long[]{tokens}).to(positions.device())), packed, targets,
                        predictors, weights, given, before + tokens);
    }

    private static int[] positions(int[] before) {
        int[] positions = new int[before.length];
        for (int i = 0; i < before.length; i++) {
            positions[i] = before[i] < 0 ? 0 : positions[before[i]] + 1;
        }
        return positions;
    }

    /** Rows that predict nothing, to fill up the predictors; fewer than wanted when there are fewer. */
    private static int[] idle(int[] predicting, int tokens, int wanted) {
        boolean[] busy = new boolean[tokens];
        for (int row : predicting) {
            busy[row] = true;
        }
        return IntStream.range(0, tokens).filter(row -> !busy[row]).limit(wanted).toArray();
    }

    private static void requireKnown(int[] ids, int[] positions, int vocabulary) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] >= vocabulary) {
                throw new ModelException(
                        "token id " + ids[i] + " at position " + positions[i] + " of a sequence: expected 0 to "
                                + (vocabulary - 1)
                                + ", the model's vocabulary. The tokenizer does not belong to this model, or its"
                                + " embedding must be enlarged");
            }
        }
    }

    private static Tensor index(int[] values, Device device) {
        return Scope.tidy(() -> Tensors.indices(values).to(device));
    }

    /** [N+1] where each sequence begins. */
    public int[] starts() { return packed.starts(); }

    /** T. */
    public int tokens() { return packed.tokens(); }

    /** N. */
    public int sequences() { return packed.sequences(); }

    /** Positions of the longest sequence, with those that it shares and those in front of it. */
    public int longest() {
        return before + IntStream.range(0, sequences()).map(packed::length).max().orElse(0);
    }

    /** P, the tokens that carry loss, and what fills them up. */
    public long predicted() { return targets.count(); }

    /**
     * Refuses branches where they would give other results than sequences written out.
     *
     * @param who cannot read them, and why
     */
    void requireSeparate(String who) {
        if (packed.isBranched()) {
            throw new IllegalArgumentException("sequences that share their first tokens: " + who
                    + ". Write them out with Packed.separate()");
        }
    }
}
