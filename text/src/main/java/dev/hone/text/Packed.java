package dev.hone.text;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Rows of tokens laid end to end, the base representation of every batch: no padding, so no padding side and no mask.
 *
 * <p>A sequence may be a branch: it continues the first tokens of an earlier sequence, its parent, which are then stored and
 * computed once for both. Answers to one prompt are such a family.
 *
 * @param ids [T] token ids of all sequences; of a branch, those behind the tokens that it shares
 * @param starts [N+1] where each sequence begins in {@code ids}; the last entry is T
 * @param weight [T] the factor of each token in the loss as a target: 0 for a prompt token and for a token that nothing
 *     predicts, the first of every sequence but a branch
 * @param parents [N] the sequence that a branch continues, an earlier one that is no branch itself; -1 for all others
 * @param shared [N] how many of its parent's first tokens a branch continues; 0 for all others
 */
public record Packed(int[] ids, int[] starts, float[] weight, int[] parents, int[] shared) {
    private static final int NONE = -1;

    public Packed {
        if (weight.length != ids.length || starts.length < 1 || starts[0] != 0
                || starts[starts.length - 1] != ids.length) {
            throw new IllegalArgumentException("packed rows disagree: " + ids.length + " ids, " + weight.length
                    + " weights, starts from " + starts[0] + " to " + starts[starts.length - 1]);
        }
        if (parents.length != starts.length - 1 || shared.length != parents.length) {
            throw new IllegalArgumentException(parents.length + " parents and " + shared.length
                    + " shared lengths: expected one for each of " + (starts.length - 1) + " sequences");
        }
        for (int n = 0; n < parents.length; n++) {
            requireFamily(n, starts, parents, shared);
        }
    }

    /** Sequences of which none continues another. */
    public Packed(int[] ids, int[] starts, float[] weight) {
        this(ids, starts, weight, nobody(starts), new int[Math.max(0, starts.length - 1)]);
    }

    private static int[] nobody(int[] starts) {
        int[] parents = new int[Math.max(0, starts.length - 1)];
        Arrays.fill(parents, NONE);
        return parents;
    }

    private static void requireFamily(int n, int[] starts, int[] parents, int[] shared) {
        int parent = parents[n];
        if (parent == NONE && shared[n] == 0) {
            return;
        }
        boolean known = parent >= 0 && parent < n && parents[parent] == NONE;
        if (!known || shared[n] < 1 || shared[n] > starts[parent + 1] - starts[parent]
                || starts[n + 1] <= starts[n]) {
            throw new IllegalArgumentException("sequence " + n + " has " + (starts[n + 1] - starts[n])
                    + " tokens and continues the first " + shared[n] + " of sequence " + parent
                    + ": expected at least one token of its own, behind tokens of an earlier sequence that is no branch");
        }
    }

    /** T, the tokens that are stored; those that branches share count once. */
    public int tokens() {
        return ids.length;
    }

    public int sequences() { return starts.length - 1; }

    /** Whether a sequence continues another. */
    public boolean isBranch(int sequence) {
        return parents[sequence] != NONE;
    }

    /** Whether any sequence continues another. */
    public boolean isBranched() {
        return IntStream.range(0, sequences()).anyMatch(this::isBranch);
    }

    /** The tokens of a whole sequence, with those that it shares. */
    public int length(int sequence) {
        return shared[sequence] + starts[sequence + 1] - starts[sequence];
    }

    /** For every token, where in {@code ids} the one before it stands, which predicts it; -1 for the first of a sequence. */
    public int[] predecessors() {
        int[] predecessors = new int[tokens()];
        for (int n = 0; n < sequences(); n++) {
            for (int i = starts[n]; i < starts[n + 1]; i++) {
                predecessors[i] = i - 1;
            }
            if (starts[n] < starts[n + 1]) {
                predecessors[starts[n]] = isBranch(n) ? starts[parents[n]] + shared[n] - 1 : NONE;
            }
        }
        return predecessors;
    }

    /** The same sequences in the same order, each written out whole; tokens that were shared carry loss in the parent alone. */
    public Packed separate() {
        if (!isBranched()) {
            return this;
        }
        int[] wholeStarts = new int[starts.length];
        for (int n = 0; n < sequences(); n++) {
            wholeStarts[n + 1] = wholeStarts[n] + length(n);
        }
        int[] wholeIds = new int[wholeStarts[sequences()]];
        float[] wholeWeight = new float[wholeIds.length];
        for (int n = 0; n < sequences(); n++) {
            int own = starts[n + 1] - starts[n];
            if (isBranch(n)) {
                System.arraycopy(ids, starts[parents[n]], wholeIds, wholeStarts[n], shared[n]);
            }
            System.arraycopy(ids, starts[n], wholeIds, wholeStarts[n] + shared[n], own);
            System.arraycopy(weight, starts[n], wholeWeight, wholeStarts[n] + shared[n], own);
        }
        return new Packed(wholeIds, wholeStarts, wholeWeight);
    }
}
