package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.tensor.Tensor;
import java.util.Set;

/**
 * REINFORCE (Williams 1992), the plain policy gradient, for data that is used once: −Σ over tokens A·log π, mean over the completions of the step,
 * − entropy_coef·mean entropy. Its expected gradient is that of the expected reward, whatever baseline A leaves out.
 *
 * <p>Choices where sources differ: tokens of a completion are added up, not averaged, since a mean would make short completions count more.
 */
@SettingGroup("Objective: REINFORCE")
public record Reinforce(
        @Setting(value = "0", min = 0, doc = "Weight of the entropy bonus.") double entropyCoef)
        implements
            Objective<RolloutSignals> {

    public Reinforce {
        PolicyGradient.atLeastZero(new Checks(), "entropy_coef", entropyCoef).done();
    }

    @Override
    public Set<Need> needs() { return entropyCoef == 0 ? Set.of() : Set.of(Need.ENTROPY); }

    @Override
    public Loss compute(RolloutSignals s) {
        return new Loss(PolicyGradient.withEntropyBonus(s.rowMean(perCompletion(s)), s, entropyCoef));
    }

    @Override
    public Metrics metrics(RolloutSignals s) {
        return PolicyGradient.moved(new Metrics(), s).mean("loss/policy_avg", perCompletion(s));
    }

    private static Tensor perCompletion(RolloutSignals s) {
        return s.rowSums(s.completions().logProbs().mul(s.advantages())).neg();
    }
}
