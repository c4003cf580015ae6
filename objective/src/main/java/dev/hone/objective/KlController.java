package dev.hone.objective;

import java.util.Map;

/**
 * The weight β of the distance from the reference as training goes: fixed, or steered to a target (arXiv 1909.08593, §2.2):
 * β ← β·(1 + clip(KL/target − 1, ±0.2)·n/horizon).
 *
 * @param beta the weight
 * @param target KL to reach, nats per completion (a sum over its tokens); 0 for a fixed weight
 * @param horizon completions in which an error of 0.2 moves β by about a fifth
 */
public record KlController(double beta, double target, double horizon) {
    private static final double MOST = 0.2;
    private static final String BETA = "beta";

    public KlController {
        if (!(beta >= 0) || !(target >= 0) || !(horizon > 0)) {
            throw new IllegalArgumentException("beta " + beta + ", target " + target + ", horizon " + horizon
                    + ": expected beta and target of at least 0 and a horizon above 0");
        }
    }

    /** One that does not move. */
    public static KlController fixed(double beta) { return new KlController(beta, 0, 1); }

    /**
     * After a step.
     *
     * @param kl mean over its completions of the sum over tokens, nats
     * @param completions how many there were
     */
    public KlController after(double kl, int completions) {
        if (target == 0 || Double.isNaN(kl)) {
            return this;
        }
        double error = Math.clamp(kl / target - 1, -MOST, MOST);
        return new KlController(beta * (1 + error * completions / horizon), target, horizon);
    }

    /** What a checkpoint keeps. */
    public Map<String, Object> toMap() { return Map.of(BETA, beta); }

    /** As it was when {@link #toMap} was made; target and horizon are settings, and stay these. */
    public KlController restored(Map<String, ?> state) {
        return new KlController(States.number(state, BETA), target, horizon);
    }
}
