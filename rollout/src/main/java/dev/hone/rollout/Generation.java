package dev.hone.rollout;

/**
 * One request: how long, how many, how chosen, where to stop.
 *
 * @param lengths the longest completion of each sample
 * @param samplesPerPrompt completions of every prompt
 * @param sampling how tokens are chosen
 * @param stop what ends a completion early
 * @param support what may be drawn
 */
public record Generation(Lengths lengths, int samplesPerPrompt, Sampling sampling, Stop stop, Support support) {
    public Generation {
        Sampling.require(samplesPerPrompt >= 1, "samples_per_prompt", samplesPerPrompt, "at least 1");
        Sampling.require(support.minNewTokens() <= lengths.longest(), "min_new_tokens", support.minNewTokens(),
                "at most max_new_tokens, " + lengths.longest());
    }

    /** Every completion has the same limit, and everything may be drawn. */
    public Generation(int maxNewTokens, int samplesPerPrompt, Sampling sampling, Stop stop) {
        this(Lengths.of(maxNewTokens), samplesPerPrompt, sampling, stop, Support.WHOLE);
    }

    public Generation with(Support other) { return new Generation(lengths, samplesPerPrompt, sampling, stop, other); }

    public Generation with(Lengths other) { return new Generation(other, samplesPerPrompt, sampling, stop, support); }

    /** The longest completion of all. */
    public int maxNewTokens() { return lengths.longest(); }
}
