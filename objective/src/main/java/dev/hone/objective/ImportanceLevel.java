package dev.hone.objective;

import dev.hone.tensor.Tensor;

/** What an importance ratio π/π_old is taken of. */
public enum ImportanceLevel {
    /** Each token. */
    TOKEN,
    /** The completion: e^(mean of the tokens' log-ratios), GSPO (arXiv 2507.18071, eq. 7). */
    SEQUENCE,
    /** The completion's ratio in value, each token's in gradient, GSPO-token (eq. 13 and 14): for advantages that differ between tokens. */
    SEQUENCE_TOKEN;

    /** [P]. */
    Tensor logRatios(RolloutSignals s) {
        Tensor perToken = s.logRatios();
        if (this == TOKEN) {
            return perToken;
        }
        Tensor spread = s.spread(s.rowMeans(perToken));
        return this == SEQUENCE ? spread : spread.detach().add(perToken).sub(perToken.detach());
    }
}
