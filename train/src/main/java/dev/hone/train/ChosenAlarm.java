package dev.hone.train;

import java.util.Map;
import java.util.Optional;

/**
 * Watches for what users of preference losses miss: the margin grows while the chosen answers themselves become less probable
 * than under the reference, so that the policy unlearns both (arXiv 2402.13228). Looks at a running mean and speaks once.
 */
final class ChosenAlarm {
    private static final double MEMORY = 0.9;
    private static final int PATIENCE = 20;

    private double mean;
    private int below;
    private boolean told;

    /** What to tell after a step, if anything. */
    Optional<String> after(Map<String, Double> metrics) {
        Double reward = metrics.get("rewards/chosen");
        if (reward == null || !Double.isFinite(reward)) {
            return Optional.empty();
        }
        mean = MEMORY * mean + (1 - MEMORY) * reward;
        below = mean < 0 ? below + 1 : 0;
        if (told || below < PATIENCE) {
            return Optional.empty();
        }
        told = true;
        return Optional
                .of("warning: for " + PATIENCE + " steps the chosen answers have been less probable than under the"
                        + " reference (rewards/chosen " + String.format(java.util.Locale.ROOT, "%.3f", mean)
                        + " on average): the policy unlearns them and only unlearns the rejected ones faster. Lower"
                        + " learning_rate, raise beta, or add the chosen answers' likelihood (rpo_alpha).");
    }
}
