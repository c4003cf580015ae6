package dev.hone.rollout;

import dev.hone.model.Decoder;
import java.util.Optional;

/**
 * Draws by the geometric mixture of the policy and another model, ∝ π^(1−α)·π_other^α at each token: scores are mixed, and
 * their softmax is the mixture.
 *
 * @param other of the same vocabulary, which the caller owns
 * @param share α, in [0, 1]; 0 = the policy alone
 */
public record GeometricMixture(Decoder other, double share) implements Constraint {
    public GeometricMixture {
        Sampling.require(share >= 0 && share <= 1, "the share of the other model", share, "0 to 1");
    }

    @Override
    public Optional<Decoder> guide() { return Optional.of(other); }

    @Override
    public TokenSet allowed(Written written) { return TokenSet.ALL; }

    @Override
    public float[] scores(float[] policy, Written written) {
        float[] guide = written.guideScores().orElseThrow();
        float[] mixed = new float[policy.length];
        for (int i = 0; i < mixed.length; i++) {
            mixed[i] = (float) ((1 - share) * policy[i] + share * guide[i]);
        }
        return mixed;
    }
}
