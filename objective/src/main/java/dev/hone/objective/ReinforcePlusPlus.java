package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.objective.PolicyGradient.Clip;
import dev.hone.tensor.Tensor;
import java.util.Optional;
import java.util.Set;

/**
 * REINFORCE++ (arXiv 2501.03262, eq. 4 to 8): PPO's clipped surrogate without a critic, mean over the tokens of the step; the penalty for leaving
 * the reference is in each token's reward ({@link RewardShaping}), and advantages are returns to go, normalised over the batch
 * ({@link BatchNormalized}).
 */
@SettingGroup("Objective: REINFORCE++")
public record ReinforcePlusPlus(
        @Setting(value = "0.2", above = 0, below = 1, doc = "How far the ratio of a token may count below 1, and above it where epsilon_high is not set.") double epsilon,
        @Setting(value = "", above = 0, doc = "How far the ratio of a token may count above 1.") Optional<Double> epsilonHigh,
        @Setting(value = "0", min = 0, doc = "Weight of the entropy bonus.") double entropyCoef)
        implements
            Objective<RolloutSignals> {

    public ReinforcePlusPlus {
        Checks checks = PolicyGradient.range(new Checks(), epsilon, epsilonHigh);
        PolicyGradient.atLeastZero(checks, "entropy_coef", entropyCoef).done();
    }

    @Override
    public Set<Need> needs() { return entropyCoef == 0 ? Set.of() : Set.of(Need.ENTROPY); }

    @Override
    public Loss compute(RolloutSignals s) {
        return new Loss(PolicyGradient.withEntropyBonus(s.tokenMean(perToken(s)), s, entropyCoef));
    }

    @Override
    public Metrics metrics(RolloutSignals s) {
        Tensor ratios = Logistic.boundedExp(s.logRatios());
        Metrics metrics = PolicyGradient.moved(new Metrics(), s).mean("loss/policy_avg", perToken(s), s.weights());
        return PolicyGradient.clipRatios(metrics, s, clip().below(ratios, s.advantages()),
                clip().above(ratios, s.advantages()));
    }

    private Tensor perToken(RolloutSignals s) {
        return PolicyGradient.clipped(Logistic.boundedExp(s.logRatios()), s.advantages(), clip());
    }

    private Clip clip() { return Clip.of(epsilon, epsilonHigh); }
}
