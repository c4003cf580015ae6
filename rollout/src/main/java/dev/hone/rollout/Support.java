package dev.hone.rollout;

/**
 * What may be drawn, beside the filters of {@link Sampling}. Each token carries its log-probability over what could be drawn
 * and over everything, so that a trainer measures KL on the policy itself.
 *
 * @param minNewTokens stop tokens cannot be drawn before this many tokens, unless a constraint leaves nothing else; stop
 *     strings and limits end a completion at any length
 * @param constraint on the continuation
 * @param kept whether each completion carries the tokens that could have been drawn, see {@link Completion#supports}
 */
public record Support(int minNewTokens, Constraint constraint, boolean kept) {

    /** Everything may be drawn. */
    public static final Support WHOLE = new Support(0, Constraint.NONE, false);

    public Support {
        Sampling.require(minNewTokens >= 0, "min_new_tokens", minNewTokens, "0 (off) or more");
    }

    public Support withMinNewTokens(int tokens) { return new Support(tokens, constraint, kept); }

    public Support withConstraint(Constraint other) { return new Support(minNewTokens, other, kept); }

    /** As this one, with {@link Completion#supports} kept. */
    public Support keeping() {
        return new Support(minNewTokens, constraint, true);
    }
}
