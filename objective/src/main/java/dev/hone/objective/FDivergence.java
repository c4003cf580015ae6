package dev.hone.objective;

import dev.hone.tensor.Tensor;

/**
 * How a log-ratio u = log π/π_ref is scored: f′(π/π_ref) for a divergence f that keeps the policy near the reference
 * (arXiv 2309.16240, table 1). Constants are kept as TRL has them; they cancel in differences.
 */
public enum FDivergence {
    /** u. */
    REVERSE_KL,
    /** 1 − e^(−u), its exponent bounded by 80. */
    FORWARD_KL,
    /** log 2 + log σ(u). */
    JS_DIVERGENCE,
    /** (e^((α−1)u) − 1)/(α − 1), its exponent bounded by 80; u where α is 1. */
    ALPHA_DIVERGENCE;

    Tensor score(Tensor u, double alpha) {
        return switch (this) {
            case REVERSE_KL -> u;
            case FORWARD_KL -> Logistic.boundedExp(u.neg()).neg().add(1);
            case JS_DIVERGENCE -> u.logSigmoid().add(Math.log(2));
            case ALPHA_DIVERGENCE -> alpha == 1
                    ? u
                    : Logistic.boundedExp(u.mul(alpha - 1)).sub(1).div(alpha - 1);
        };
    }
}
