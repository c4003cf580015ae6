package dev.hone.objective;

import dev.hone.config.SettingGroup;

/**
 * Process reward model (arXiv 2305.20050): at the separator that ends each step of an answer, cross-entropy of the step's label (0 wrong,
 * 1 right, or more classes); mean over the labelled steps of the optimizer step, as TRL's token classification. Tokens elsewhere carry no loss.
 */
@SettingGroup("Objective: process reward model")
public record ProcessReward() implements ClassObjective {

    /** Wrong and right. */
    @Override
    public int classes() { return 2; }

    @Override
    public boolean ofSteps() { return true; }

    @Override
    public Loss compute(ClassSignals s) { return new Loss(s.crossEntropy(0).sum().div(s.totals().rows())); }

    @Override
    public Metrics metrics(ClassSignals s) { return new Metrics().mean("accuracy", s.hits()); }
}
