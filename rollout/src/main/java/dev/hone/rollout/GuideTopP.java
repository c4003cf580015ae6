package dev.hone.rollout;

import dev.hone.model.Decoder;
import dev.hone.tensor.ScoreRows;
import java.util.Arrays;
import java.util.Optional;

/**
 * The mask of NLPO (arXiv 2210.01241, §4): only the smallest set of tokens that holds {@code topP} of a mask policy's
 * probability may be drawn.
 *
 * @param maskPolicy an earlier state of the policy, which the caller owns
 * @param topP in (0, 1]; 1 = all
 */
public record GuideTopP(Decoder maskPolicy, double topP) implements Constraint {
    public GuideTopP {
        Sampling.require(topP > 0 && topP <= 1, "top_p of the mask policy", topP, "above 0 and at most 1 (off)");
    }

    @Override
    public Optional<Decoder> guide() { return Optional.of(maskPolicy); }

    @Override
    public TokenSet allowed(Written written) {
        float[] scores = written.guideScores().orElseThrow();
        Candidates candidates = new Candidates(ScoreRows.weigh(scores, 1).weights(), 0, scores.length);
        candidates.topP(topP);
        int[] ids = new int[candidates.count()];
        Arrays.setAll(ids, candidates::id);
        return TokenSet.of(ids);
    }
}
