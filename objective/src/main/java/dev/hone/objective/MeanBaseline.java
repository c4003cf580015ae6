package dev.hone.objective;

import dev.hone.config.SettingGroup;

/** A completion's reward less the mean of all completions of the step: the simplest baseline. */
@SettingGroup("Advantage: mean baseline")
public record MeanBaseline() implements Advantage {

    @Override
    public Estimate of(Experience e) {
        double mean = Statistics.moments(e.totals()).mean();
        return Statistics.perCompletion(e, i -> e.total(i) - mean, Statistics.rewards(e));
    }
}
