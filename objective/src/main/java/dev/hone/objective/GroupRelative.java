package dev.hone.objective;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.util.Map;

/**
 * A completion's reward less the mean of its group, divided by a spread + 1e-4 (arXiv 2402.03300, §4.1.2). Spreads are unbiased standard
 * deviations. Rewards that could not be judged are left out of mean and spread. Groups of equal rewards give 0: they are counted as
 * {@code frac_reward_zero_std}.
 */
@SettingGroup("Advantage: relative to the group")
public record GroupRelative(
        @Setting(value = "group", doc = "Whose spread divides: that of the group, that of the batch, or none, as Dr. GRPO.") Scale scaleRewards)
        implements
            Advantage {
    private static final double SMALL = 1e-4;

    /** What rewards are divided by. */
    public enum Scale {
        /** The standard deviation of the rewards of the same prompt. */
        GROUP,
        /** The standard deviation of the rewards of the step. */
        BATCH,
        /** Nothing: easy and hard prompts count alike (arXiv 2503.20783). */
        NONE
    }

    @Override
    public Estimate of(Experience e) {
        Map<Integer, RunningMoments> groups = Statistics.byGroup(e);
        RunningMoments batch = Statistics.moments(e.totals());
        return Statistics.perCompletion(e, i -> {
            RunningMoments group = groups.getOrDefault(e.groups()[i], RunningMoments.NONE);
            double gap = Statistics.isFlat(group) ? 0 : e.total(i) - group.mean();
            return switch (scaleRewards) {
                case GROUP -> gap / (group.standardDeviation() + SMALL);
                case BATCH -> gap / (batch.standardDeviation() + SMALL);
                case NONE -> gap;
            };
        }, metrics(e, groups));
    }

    /** Mean and spread of all rewards, and the share of completions whose group was all alike. */
    static MetricTotals metrics(Experience e, Map<Integer, RunningMoments> groups) {
        double flat = 0;
        int usable = 0;
        for (int i = 0; i < e.count(); i++) {
            if (e.usable(i)) {
                usable++;
                flat += Statistics.isFlat(groups.getOrDefault(e.groups()[i], RunningMoments.NONE)) ? 1 : 0;
            }
        }
        return Statistics.rewards(e).plus(MetricTotals.mean("frac_reward_zero_std", flat, usable));
    }
}
