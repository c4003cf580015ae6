package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.objective.PolicyGradient.Clip;
import dev.hone.tensor.Tensor;
import java.util.Optional;

/**
 * REINFORCE with a leave-one-out baseline (arXiv 2402.14740, eq. 6), as a clipped surrogate of whole completions: with ρ = e^(Σ log π − log π_old)
 * −min(ρ·A, clip(ρ, 1 − ε, 1 + ε)·A), mean over the completions of the step. A is {@link LeaveOneOut}; the penalty for leaving the reference is in the
 * reward ({@link RewardShaping}).
 *
 * <p>Choices where sources differ: the ratio is that of whole completions, as TRL's, and so leaves the range sooner the longer they are; the
 * paper has no ratio at all, which is the same while data is used once.
 */
@SettingGroup("Objective: REINFORCE leave-one-out")
public record Rloo(
        @Setting(value = "0.2", above = 0, below = 1, doc = "How far a completion's ratio may count below 1, and above it where epsilon_high is not set.") double epsilon,
        @Setting(value = "", above = 0, doc = "How far a completion's ratio may count above 1.") Optional<Double> epsilonHigh)
        implements
            Objective<RolloutSignals> {

    public Rloo {
        PolicyGradient.range(new Checks(), epsilon, epsilonHigh).done();
    }

    @Override
    public Loss compute(RolloutSignals s) {
        return new Loss(s.rowMean(PolicyGradient.clipped(ratios(s), s.rowMeans(s.advantages()), clip())));
    }

    @Override
    public Metrics metrics(RolloutSignals s) {
        Tensor ratios = ratios(s);
        Tensor advantages = s.rowMeans(s.advantages());
        Metrics metrics = PolicyGradient.moved(new Metrics(), s);
        return PolicyGradient.rowClipRatios(metrics, s, clip().below(ratios, advantages),
                clip().above(ratios, advantages));
    }

    /** [n]. */
    private static Tensor ratios(RolloutSignals s) { return Logistic.boundedExp(s.rowSums(s.logRatios())); }

    private Clip clip() { return Clip.of(epsilon, epsilonHigh); }
}
