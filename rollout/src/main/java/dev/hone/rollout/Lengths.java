package dev.hone.rollout;

import java.util.Arrays;

/**
 * The longest completion of each sample. Where there are several, every sample draws its own from (seed, prompt, sample), so
 * that lengths differ within a batch and a part of a job draws what the whole does.
 */
public final class Lengths {
    /** Keeps these draws apart from those of tokens, whose last key is a position. */
    private static final long DRAW = -1;

    private final int[] choices;

    private Lengths(int[] choices) { this.choices = choices; }

    /** The same for all. */
    public static Lengths of(int maxNewTokens) { return anyOf(maxNewTokens); }

    /** Drawn evenly from a range, both ends included. */
    public static Lengths between(int least, int most) {
        Sampling.require(least >= 1 && least <= most, "the range of max_new_tokens", least + " to " + most,
                "at least 1, and not more at its beginning than at its end");
        int[] all = new int[most - least + 1];
        Arrays.setAll(all, i -> least + i);
        return new Lengths(all);
    }

    /** Drawn evenly from a list; what stands in it twice comes twice as often. */
    public static Lengths anyOf(int... maxNewTokens) {
        Sampling.require(maxNewTokens.length > 0, "the list of max_new_tokens", "empty", "at least one length");
        for (int length : maxNewTokens) {
            Sampling.require(length >= 1, "max_new_tokens", length, "at least 1");
        }
        return new Lengths(maxNewTokens.clone());
    }

    /** The largest of all. */
    public int longest() { return Arrays.stream(choices).max().orElseThrow(); }

    /** The limit of one sample. */
    public int of(long seed, int prompt, int sample) {
        return choices[(int) (Uniform.of(seed, prompt, sample, DRAW) * choices.length)];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Lengths lengths && Arrays.equals(choices, lengths.choices);
    }

    @Override
    public int hashCode() { return Arrays.hashCode(choices); }

    @Override
    public String toString() { return choices.length == 1 ? "" + choices[0] : Arrays.toString(choices); }
}
