package dev.hone.objective;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/** Means and spreads that leave out what is NaN, and what advantages share. */
final class Statistics {
    private Statistics() {}

    /** A mean and an unbiased standard deviation, 0 for fewer than two numbers. */
    static RunningMoments moments(double... values) {
        return RunningMoments.NONE.plus(Arrays.stream(values).filter(value -> !Double.isNaN(value)).toArray());
    }

    /** Moments of the rewards of each group, without what could not be judged. */
    static Map<Integer, RunningMoments> byGroup(Experience experience) {
        Map<Integer, RunningMoments> groups = new HashMap<>();
        for (int i = 0; i < experience.count(); i++) {
            double reward = experience.total(i);
            if (!Double.isNaN(reward)) {
                groups.compute(experience.groups()[i],
                        (group, known) -> (known == null ? RunningMoments.NONE : known).plus(reward));
            }
        }
        return groups;
    }

    /** Whether numbers are equal but for rounding. */
    static boolean isFlat(RunningMoments moments) {
        return moments.standardDeviation() <= 1e-8 + 1e-12 * Math.abs(moments.mean());
    }

    /** An estimate whose advantage is one number for a completion; what could not be judged has 0. */
    static Estimate perCompletion(Experience experience, IntToDoubleFunction advantage, MetricTotals metrics) {
        int n = experience.count();
        double[][] advantages = new double[n][];
        double[][] returns = new double[n][];
        boolean[] usable = new boolean[n];
        for (int i = 0; i < n; i++) {
            usable[i] = experience.usable(i);
            advantages[i] = new double[experience.rewards()[i].length];
            returns[i] = usable[i] ? toGo(experience.rewards()[i], 1) : advantages[i].clone();
            Arrays.fill(advantages[i], usable[i] ? advantage.applyAsDouble(i) : 0);
        }
        return new Estimate(advantages, returns, usable, metrics);
    }

    /** Σ over the tokens from here on of γ^distance · reward. */
    static double[] toGo(double[] rewards, double gamma) {
        double[] sums = new double[rewards.length];
        double sum = 0;
        for (int t = rewards.length - 1; t >= 0; t--) {
            sum = rewards[t] + gamma * sum;
            sums[t] = sum;
        }
        return sums;
    }

    /** Mean and spread of all rewards. */
    static MetricTotals rewards(Experience experience) {
        double[] usable = Arrays.stream(experience.totals()).filter(total -> !Double.isNaN(total)).toArray();
        return MetricTotals.mean("reward", Arrays.stream(usable).sum(), usable.length)
                .plus(MetricTotals.mean("reward_std", moments(usable).standardDeviation() * usable.length,
                        usable.length));
    }
}
