package dev.hone.reward;

import java.time.Duration;

/**
 * How long rewards may take.
 *
 * @param time for one completion, or for the whole batch of a {@link BatchReward}
 * @param lateAtMost how many completions of a batch may be too late before the others are not asked any more
 */
public record RewardLimits(Duration time, int lateAtMost) {
    public RewardLimits {
        if (time.isNegative() || time.isZero() || lateAtMost < 1) {
            throw new IllegalArgumentException("a time limit of " + time + " and " + lateAtMost
                    + " late completions: expected more than 0 and at least 1");
        }
    }

    /** Ten seconds, four late ones. */
    public static RewardLimits defaults() {
        return new RewardLimits(Duration.ofSeconds(10), 4);
    }
}
