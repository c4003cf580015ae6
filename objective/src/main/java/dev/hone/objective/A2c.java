package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.tensor.Tensor;
import java.util.EnumSet;
import java.util.Set;

/**
 * Advantage actor-critic (arXiv 1602.01783, §4), for data that is used once: mean −A·log π + vf_coef·mean (V − G)² − entropy_coef·mean entropy.
 *
 * <p>Choices where sources differ: means are over the tokens of the step; advantages are commonly those of {@link Gae} with λ = 1, not
 * whitened; the value loss has no ½ of its own, as Stable-Baselines3.
 */
@SettingGroup("Objective: advantage actor-critic")
public record A2c(
        @Setting(value = "0.5", min = 0, doc = "Weight of the value loss.") double vfCoef,
        @Setting(value = "0", min = 0, doc = "Weight of the entropy bonus.") double entropyCoef)
        implements
            Objective<RolloutSignals> {

    public A2c {
        Checks checks = PolicyGradient.atLeastZero(new Checks(), "vf_coef", vfCoef);
        PolicyGradient.atLeastZero(checks, "entropy_coef", entropyCoef).done();
    }

    @Override
    public Set<Need> needs() {
        return entropyCoef == 0 ? EnumSet.of(Need.VALUES) : EnumSet.of(Need.VALUES, Need.ENTROPY);
    }

    @Override
    public Loss compute(RolloutSignals s) {
        Tensor both = s.tokenMean(policyLoss(s)).add(s.tokenMean(valueLoss(s)).mul(vfCoef));
        return new Loss(PolicyGradient.withEntropyBonus(both, s, entropyCoef));
    }

    @Override
    public Metrics metrics(RolloutSignals s) {
        Metrics metrics = PolicyGradient.moved(new Metrics(), s).mean("loss/policy_avg", policyLoss(s), s.weights())
                .mean("loss/value_avg", valueLoss(s), s.weights());
        s.entropy().ifPresent(entropy -> metrics.mean("policy/entropy_avg", entropy, s.weights()));
        return metrics;
    }

    private static Tensor policyLoss(RolloutSignals s) { return s.completions().logProbs().mul(s.advantages()).neg(); }

    private static Tensor valueLoss(RolloutSignals s) {
        RolloutSignals.Critic critic = s.presentCritic();
        return critic.values().sub(critic.returns()).square();
    }
}
