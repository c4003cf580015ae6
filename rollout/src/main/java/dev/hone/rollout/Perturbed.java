package dev.hone.rollout;

import dev.hone.model.ActionValues;
import dev.hone.tensor.Tensor;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Draws by the perturbed policy of implicit language Q-learning (arXiv 2206.11871, §4.2), ∝ π·e^(β(Q − V)) with the smallest of
 * the slow Qs: the advantage of each token is added to its score, before temperature and filters, as trlX does.
 *
 * @param heads on the policy's hidden states, which the caller owns
 * @param beta β, at least 0; 0 = the policy alone
 * @param inner what else holds
 */
public record Perturbed(ActionValues heads, double beta, Constraint inner) implements Constraint {
    public Perturbed {
        Sampling.require(beta >= 0 && beta < Double.POSITIVE_INFINITY, "the weight of the advantage", beta,
                "a number of at least 0");
        if (inner.guide().isPresent() || inner.reader().isPresent()) {
            throw new IllegalArgumentException(
                    "a constraint that has a model of its own: expected one that goes by tokens");
        }
    }

    /** By advantages alone. */
    public static Perturbed by(ActionValues heads, double beta) {
        return new Perturbed(heads, beta, Constraint.NONE);
    }

    @Override
    public TokenSet allowed(Written written) { return inner.allowed(written); }

    @Override
    public boolean complete(Written written) { return inner.complete(written); }

    @Override
    public Optional<UnaryOperator<Tensor>> reader() { return Optional.of(heads::advantages); }

    @Override
    public float[] scores(float[] policy, Written written) {
        float[] own = inner.scores(policy, written);
        float[] advantages = written.guideScores().orElseThrow();
        float[] perturbed = new float[own.length];
        for (int i = 0; i < perturbed.length; i++) {
            perturbed[i] = (float) (own[i] + beta * advantages[i]);
        }
        return perturbed;
    }
}
