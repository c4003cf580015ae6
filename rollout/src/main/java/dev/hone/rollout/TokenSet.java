package dev.hone.rollout;

import java.util.Arrays;
import java.util.BitSet;

/** Some of the tokens of a vocabulary, or all. Sets of the same tokens are equal. */
public final class TokenSet {
    /** Every token. */
    public static final TokenSet ALL = new TokenSet(new int[0], true);

    private final int[] ids;
    private final boolean all;

    private TokenSet(int[] ids, boolean all) {
        this.ids = ids;
        this.all = all;
    }

    /** These tokens, in any order. */
    public static TokenSet of(int... ids) {
        return new TokenSet(Arrays.stream(ids).sorted().distinct().toArray(), false);
    }

    public static TokenSet of(BitSet ids) { return new TokenSet(ids.stream().toArray(), false); }

    public boolean isAll() { return all; }

    public boolean contains(int id) { return all || Arrays.binarySearch(ids, id) >= 0; }

    /** Ascending. Asked of {@link #ALL} it would need the vocabulary: {@link #isAll} first. */
    public int[] ids() {
        if (all) {
            throw new IllegalStateException("ids() of TokenSet.ALL: ask isAll() first");
        }
        return ids.clone();
    }

    /** How many; of {@link #ALL} the whole vocabulary. */
    public int size(int vocabulary) {
        return all ? vocabulary : ids.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TokenSet set && all == set.all && Arrays.equals(ids, set.ids);
    }

    @Override
    public int hashCode() { return 31 * Boolean.hashCode(all) + Arrays.hashCode(ids); }

    @Override
    public String toString() { return all ? "all" : Arrays.toString(ids); }
}
