package dev.hone.train;

import dev.hone.model.Census;
import dev.hone.rollout.EngineLimits;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Seconds of a step by phase: matrix products at the rate that the device reaches, decoding at the rate of its memory where that
 * is the lower one.
 *
 * @param others whether further models read the answers
 */
record ForecastTime(ForecastSettings settings, Census policy, boolean online, boolean others) {
    /**
     * @param share of the weights for which backward makes a second product, beside that of what they read
     * @param heads products of a token in heads beside the model's own, forward and backward
     */
    Map<String, Double> phases(double share, double heads) {
        Map<String, Double> phases = new LinkedHashMap<>();
        double tokens = (double) settings.maxLength() * settings.rows() / settings.devices();
        if (online) {
            phases.put("rollout", rollout());
            phases.put("experience", others ? 2 * forward(tokens) : 0);
        }
        double passes = 1 + 2 * share;
        double again = settings.gradientCheckpointing() ? Math.min(1, 2 * share) : 0;
        phases.put("optimisation", (passes + again) * forward(tokens)
                + 2 * tokens * heads / settings.device().reached());
        return phases;
    }

    /** One forward pass: products of the layers and the head, and attention (half of the square, twice). */
    private double forward(double tokens) {
        double head = (double) policy.vocabulary() * policy.load().hidden();
        double attention = (double) policy.load().layers() * policy.load().hidden() * settings.maxLength();
        return 2 * tokens * (policy.projected() + head + attention) / settings.device().reached();
    }

    private double rollout() {
        int answers = Math.max(1, settings.rows() / settings.devices());
        int together = Math.min(answers, EngineLimits.SLOTS);
        double rounds = Math.ceil(answers / (double) together) * settings.maxCompletionLength();
        double bytes = policy.parameters() * 2.0
                + (double) together * settings.maxLength() * policy.cachedPerToken() * 2;
        double products = 2.0 * together * policy.parameters() / settings.device().reached();
        return rounds * Math.max(bytes / settings.device().bandwidth(), products);
    }
}
