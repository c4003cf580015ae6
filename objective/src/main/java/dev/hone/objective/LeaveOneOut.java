package dev.hone.objective;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.util.Map;

/**
 * A completion's reward less the mean of the others to the same prompt (arXiv 2402.14740, eq. 8). One that could not be judged counts for
 * nobody, and one left alone has nothing to be compared with: its advantage is 0.
 */
@SettingGroup("Advantage: leave one out")
public record LeaveOneOut(
        @Setting(value = "false", doc = "Bring advantages to mean 0 and spread 1 over the step.") boolean normalizeAdvantages)
        implements
            Advantage {
    private static final double SMALL = 1e-4;

    @Override
    public Estimate of(Experience e) {
        Map<Integer, RunningMoments> groups = Statistics.byGroup(e);
        double[] raw = new double[e.count()];
        for (int i = 0; i < raw.length; i++) {
            RunningMoments group = groups.getOrDefault(e.groups()[i], RunningMoments.NONE);
            double others = group.count() - 1;
            double reward = e.total(i);
            raw[i] = others > 0 || Double.isNaN(reward) ? reward - (group.mean() * group.count() - reward) / others : 0;
        }
        RunningMoments all = Statistics.moments(raw);
        return Statistics.perCompletion(e,
                i -> normalizeAdvantages ? (raw[i] - all.mean()) / (all.standardDeviation() + SMALL) : raw[i],
                GroupRelative.metrics(e, groups));
    }
}
