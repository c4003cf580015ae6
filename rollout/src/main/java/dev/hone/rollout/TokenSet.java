package dev.hone.rollout;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Some of the tokens of a vocabulary, or all. Sets of the same tokens are equal. A set takes 4 bytes a token, or a bit for each
 * id up to its largest where that is less: those of a sampler are kept for every token of an answer.
 */
public final class TokenSet {
    /** Every token. */
    public static final TokenSet ALL = new TokenSet(new int[0], new long[0], 0, true);

    private final int[] ids;
    private final long[] bits;
    private final int count;
    private final boolean all;

    /** Either ids, ascending, or bits. */
    private TokenSet(int[] ids, long[] bits, int count, boolean all) {
        this.ids = ids;
        this.bits = bits;
        this.count = count;
        this.all = all;
    }

    /** These tokens, in any order. */
    public static TokenSet of(int... ids) {
        return ascending(Arrays.stream(ids).sorted().distinct().toArray());
    }

    public static TokenSet of(BitSet ids) { return ascending(ids.stream().toArray()); }

    private static TokenSet ascending(int[] ids) {
        boolean many = ids.length > 0 && (long) ids.length * Integer.SIZE > (long) ids[ids.length - 1] + Long.SIZE;
        if (!many) {
            return new TokenSet(ids, new long[0], ids.length, false);
        }
        BitSet set = new BitSet(ids[ids.length - 1] + 1);
        Arrays.stream(ids).forEach(set::set);
        return new TokenSet(new int[0], set.toLongArray(), ids.length, false);
    }

    public boolean isAll() { return all; }

    public boolean contains(int id) {
        if (bits.length == 0) {
            return all || Arrays.binarySearch(ids, id) >= 0;
        }
        return id >= 0 && id / Long.SIZE < bits.length && (bits[id / Long.SIZE] >>> id & 1) != 0;
    }

    /** Ascending. Asked of {@link #ALL} it would need the vocabulary: {@link #isAll} first. */
    public int[] ids() {
        if (all) {
            throw new IllegalStateException("ids() of TokenSet.ALL: ask isAll() first");
        }
        return bits.length == 0 ? ids.clone() : BitSet.valueOf(bits).stream().toArray();
    }

    /** Sets true for each of its tokens, of {@link #ALL} everywhere. */
    public void mark(boolean[] tokens) {
        if (all) {
            Arrays.fill(tokens, true);
            return;
        }
        for (int id : ids) {
            tokens[id] = true;
        }
        for (int word = 0; word < bits.length; word++) {
            for (long left = bits[word]; left != 0; left &= left - 1) {
                tokens[word * Long.SIZE + Long.numberOfTrailingZeros(left)] = true;
            }
        }
    }

    /** How many; of {@link #ALL} the whole vocabulary. */
    public int size(int vocabulary) {
        return all ? vocabulary : count;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TokenSet set && all == set.all && Arrays.equals(ids, set.ids)
                && Arrays.equals(bits, set.bits);
    }

    @Override
    public int hashCode() { return 31 * (31 * Boolean.hashCode(all) + Arrays.hashCode(ids)) + Arrays.hashCode(bits); }

    @Override
    public String toString() { return all ? "all" : Arrays.toString(ids()); }
}
