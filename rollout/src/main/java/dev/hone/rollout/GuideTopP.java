package dev.hone.rollout;

import dev.hone.model.Decoder;
import dev.hone.tensor.ScoreRows;
import java.util.Arrays;
import java.util.Optional;

/**
 * The mask of NLPO (arXiv 2210.01241, §4): only the smallest set of tokens that holds {@code topP} of a mask policy's
 * probability, at temperature 1, may be drawn. The tokens that end a completion are always in it, once one may end, so that an
 * end the mask policy did not think of can be learned; before {@code minNewTokens} they have no part in the share.
 *
 * @param maskPolicy an earlier state of the policy, which the caller owns
 * @param topP in (0, 1]; 1 = all
 * @param leastTokens the set has at least so many of the mask policy's most probable tokens
 * @param ends tokens that end a completion
 * @param minNewTokens how long a completion is before it may end
 */
public record GuideTopP(Decoder maskPolicy, double topP, int leastTokens, TokenSet ends, int minNewTokens)
        implements
            Constraint {
    public GuideTopP {
        Sampling.require(topP > 0 && topP <= 1, "top_p of the mask policy", topP, "above 0 and at most 1 (off)");
        Sampling.require(leastTokens >= 1, "the least tokens of the mask", leastTokens, "at least 1");
    }

    /** The share alone. */
    public GuideTopP(Decoder maskPolicy, double topP) {
        this(maskPolicy, topP, 1, TokenSet.of(), 0);
    }

    @Override
    public Optional<Decoder> guide() { return Optional.of(maskPolicy); }

    @Override
    public TokenSet allowed(Written written) {
        float[] weights = ScoreRows.weigh(written.guideScores().orElseThrow(), 1).weights();
        boolean early = written.ids().length < minNewTokens;
        if (early) {
            for (int id : ends.ids()) {
                weights[id] = 0;
            }
        }
        return topP == 1 ? TokenSet.ALL : TokenSet.of(mostProbable(weights, early ? TokenSet.of() : ends));
    }

    private int[] mostProbable(float[] weights, TokenSet always) {
        Candidates candidates = new Candidates(weights, 0, weights.length);
        candidates.topP(topP);
        if (candidates.count() < leastTokens) {
            candidates = new Candidates(weights, 0, weights.length);
            candidates.topK(leastTokens);
        }
        int[] fixed = always.ids();
        int[] ids = Arrays.copyOf(fixed, fixed.length + candidates.count());
        for (int i = 0; i < candidates.count(); i++) {
            ids[fixed.length + i] = candidates.id(i);
        }
        return ids;
    }
}
