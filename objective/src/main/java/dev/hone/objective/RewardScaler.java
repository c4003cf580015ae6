package dev.hone.objective;

import java.util.Arrays;

/**
 * Scores divided by their standard deviation over everything seen so far, without moving their mean, as trlX's {@code scale_reward: running}. A
 * step's scores count for themselves.
 *
 * @param seen moments of the scores so far; what a checkpoint keeps
 */
public record RewardScaler(RunningMoments seen) {
    /** Before the first score. */
    public static final RewardScaler START = new RewardScaler(RunningMoments.NONE);

    /** With these scores seen as well; NaN is left out. */
    public RewardScaler after(double... scores) {
        return new RewardScaler(seen.plus(Arrays.stream(scores).filter(score -> !Double.isNaN(score)).toArray()));
    }

    /** The score as it counts; itself while all scores were equal. */
    public double scaled(double score) {
        double spread = seen.standardDeviation();
        return spread > 0 ? score / spread : score;
    }
}
