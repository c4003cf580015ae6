package dev.hone.objective;

import dev.hone.tensor.Tensor;

/** Reward model that predicts a given score (as ChatLLaMA's and PaLM's): (r − target)², mean over the answers of the step. */
@dev.hone.config.SettingGroup("Objective: reward model by regression")
public record RegressionReward() implements Objective<TargetSignals> {

    @Override
    public Loss compute(TargetSignals s) {
        return new Loss(s.scores().sub(s.targets()).square().sum().div(s.totals().rows()));
    }

    @Override
    public Metrics metrics(TargetSignals s) {
        Tensor off = s.scores().sub(s.targets());
        return Scores.range(s.scores()).mean("mean_absolute_error", off.abs());
    }
}
