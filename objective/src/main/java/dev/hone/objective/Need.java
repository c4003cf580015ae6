package dev.hone.objective;

/** What an objective reads beyond the policy's log-probs of the completions; a trainer computes what is named and nothing else. */
public enum Need {
    /** Log-probs of the reference at the same tokens. */
    REFERENCE,
    /** log Σ_v π_v² at each token. */
    COLLISIONS,
    /** The prompt's tokens are read as well as the completion's. */
    PROMPT_TOKENS,
    /** Completions paired with another row's prompt, under policy and reference. */
    MISMATCHED,
    /** A third, gold completion of each pair. */
    GOLD,
    /** How much better the chosen completion is, one number per pair. */
    MARGINS,
    /** How probable each row's prompt is among the desirable ones, against the undesirable. */
    DENSITY_RATIO,
    /**
     * A statistic over the rows of the step, such as an order or a mean: rows given together are seen together, parts of a step
     * do not add up to the whole exactly, and a step has at least 2 rows.
     */
    WHOLE_STEP,
    /** A critic's values at each token, as they are and as they were, and the returns that they should have. */
    VALUES,
    /** The entropy of the policy's distribution at each token, differentiable. */
    ENTROPY
}
