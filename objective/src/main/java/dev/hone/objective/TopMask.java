package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;

/**
 * The mask of natural language policy optimisation (NLPO, arXiv 2210.01241, §4 and algorithm 1). A mask policy π_ψ, which is the policy as it was some
 * generations ago, says which tokens V may follow: the smallest set that holds {@code top_mask} of its probability. Completions are drawn from π(·)/π(V) on V, and
 * the loss reads log π(a)/π(V), new and old, on the V that stood when a was drawn.
 *
 * <p>Choices where sources differ:
 * <ul>
 * <li>V is kept with each token, not asked for again: a second forward over packed rows rounds otherwise than the sampler's, and a token at the edge would have been
 * drawn from one set and be read in another; filters of the sampling itself (top-k, top-p, least length) are part of it, as in RL4LMs;
 * <li>an iteration is a generation: π_ψ becomes π before the first one and every {@code target_update_iterations} ones later, and draws from then on go by
 * it. In RL4LMs the sampler keeps the first one for good;
 * <li>V has at least {@code min_tokens_to_keep} tokens, and those that may end the completion; RL4LMs has all special tokens in it;
 * <li>the price for leaving the reference is that of π itself, over the whole vocabulary, as in the paper: what the mask takes off is no distance. It is measured on
 * tokens that the mask let through, so an estimate by samples may be below 0 where π moves to tokens outside; {@code kl_estimator full} is exact at each token.
 * </ul>
 */
@SettingGroup("Mask policy")
public record TopMask(
        @Setting(value = "0.9", above = 0, max = 1, aliases = "top_mask_p", doc = "Share of the mask policy's probability that"
                + " may be drawn from; 1 = no mask.") double topMask,
        @Setting(value = "100", min = 1, doc = "Tokens that may be drawn at least, the mask policy's most probable ones; 1 = the"
                + " share alone.") int minTokensToKeep,
        @Setting(value = "20", min = 1, doc = "Generations after which the mask policy becomes the policy as it then is.") int targetUpdateIterations) {
    public TopMask {
        new Checks().require(topMask > 0 && topMask <= 1, "top_mask", topMask, "above 0 and at most 1")
                .require(minTokensToKeep >= 1, "min_tokens_to_keep", minTokensToKeep, "at least 1")
                .require(targetUpdateIterations >= 1, "target_update_iterations", targetUpdateIterations, "at least 1")
                .done();
    }

    /** Whether the mask policy is renewed before a generation, counted from 0. */
    public boolean renewsBefore(long generation) {
        return generation % targetUpdateIterations == 0;
    }
}
