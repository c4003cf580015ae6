package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.objective.PolicyGradient.Clip;
import dev.hone.tensor.Tensor;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Proximal policy optimisation (arXiv 1707.06347, eq. 7 and 9) with a critic. With ρ = π/π_old of a token, A its advantage, V and
 * V_old the values, G the return:
 *
 * <pre>{@code
 * policy = mean −min(ρ·A, clip(ρ, 1 − ε, 1 + ε)·A)
 * value  = mean ½·max((V − G)², (clip(V, V_old − ε_v, V_old + ε_v) − G)²)
 * L      = policy + vf_coef·value − entropy_coef·mean entropy
 * }</pre>
 *
 * <p>Choices where sources differ:
 * <ul>
 * <li>means are over the tokens of the whole step, as TRL's over a mini-batch;
 * <li>the value is that of the state before a token, so there is one for each token; TRL from 0.12 also trains the one after the end;
 * <li>metrics are means over the same tokens, TRL's {@code policy/approxkl_avg} and {@code val/ratio} over the padded table;
 * <li>where the mean ratio of the rows given together is above {@code ratio_threshold}, their loss is 0, as TRL's;
 * <li>NLPO (arXiv 2210.01241) is this loss: its log-probs, new and old, and its entropy are those of the distribution that
 * {@link TopMask} leaves;
 * <li>the penalty for leaving the reference is a matter of rewards ({@link RewardShaping}), not of this loss.
 * </ul>
 */
@SettingGroup("Objective: proximal policy optimisation")
public record Ppo(
        @Setting(value = "0.2", above = 0, below = 1, doc = "How far the ratio of a token may count away from 1.") double cliprange,
        @Setting(value = "0.2", above = 0, doc = "How far a value may count away from its old one.") double cliprangeValue,
        @Setting(value = "0.1", min = 0, doc = "Weight of the value loss.") double vfCoef,
        @Setting(value = "0", min = 0, doc = "Weight of the entropy bonus.") double entropyCoef,
        @Setting(value = "10", above = 1, doc = "Mean ratio above which rows are skipped.") double ratioThreshold)
        implements
            Objective<RolloutSignals> {

    public Ppo {
        Checks checks = new Checks().require(cliprange > 0 && cliprange < 1, "cliprange", cliprange, "between 0 and 1")
                .require(ratioThreshold > 1, "ratio_threshold", ratioThreshold, "greater than 1");
        PolicyGradient.aboveZero(checks, "cliprange_value", cliprangeValue);
        PolicyGradient.atLeastZero(checks, "vf_coef", vfCoef);
        PolicyGradient.atLeastZero(checks, "entropy_coef", entropyCoef).done();
    }

    @Override
    public Set<Need> needs() {
        return entropyCoef == 0 ? EnumSet.of(Need.VALUES) : EnumSet.of(Need.VALUES, Need.ENTROPY);
    }

    @Override
    public Loss compute(RolloutSignals s) {
        Tensor ratios = Logistic.boundedExp(s.logRatios());
        Tensor policy = s.tokenMean(PolicyGradient.clipped(ratios, s.advantages(), clip()));
        Tensor both = policy.add(s.tokenMean(valueLosses(s)).mul(vfCoef));
        Tensor mean = ratios.detach().mul(s.weights()).sum().div(s.weights().sum().clampMin(1));
        Tensor kept = mean.gt(ratioThreshold).not().to(ratios.dtype());
        return new Loss(PolicyGradient.withEntropyBonus(both, s, entropyCoef).mul(kept));
    }

    @Override
    public Metrics metrics(RolloutSignals s) {
        Tensor ratios = Logistic.boundedExp(s.logRatios());
        RolloutSignals.Critic critic = s.presentCritic();
        Tensor plain = ratios.mul(s.advantages());
        Metrics metrics = PolicyGradient.moved(new Metrics(), s)
                .mean("policy/clipfrac_avg", plain.gt(clip().apply(ratios).mul(s.advantages())), s.weights())
                .mean("loss/policy_avg", PolicyGradient.clipped(ratios, s.advantages(), clip()), s.weights())
                .mean("loss/value_avg", valueLoss(critic), s.weights())
                .mean("val/clipfrac_avg", clippedError(critic).gt(plainError(critic)), s.weights());
        s.critics().stream().skip(1)
                .forEach(costs -> metrics.mean("loss/cost_value_avg", valueLoss(costs), s.weights()));
        s.entropy().ifPresent(entropy -> metrics.mean("policy/entropy_avg", entropy, s.weights()));
        return metrics;
    }

    private Clip clip() { return Clip.of(cliprange, Optional.empty()); }

    private Tensor valueLosses(RolloutSignals s) {
        return s.critics().stream().map(this::valueLoss).reduce(Tensor::add)
                .orElseGet(() -> valueLoss(s.presentCritic()));
    }

    /** [P] ½·max of both squared errors. */
    private Tensor valueLoss(RolloutSignals.Critic c) {
        return plainError(c).maximum(clippedError(c)).mul(0.5);
    }

    private static Tensor plainError(RolloutSignals.Critic c) { return c.values().sub(c.returns()).square(); }

    private Tensor clippedError(RolloutSignals.Critic c) {
        Tensor near = c.values().sub(c.oldValues()).clamp(-cliprangeValue, cliprangeValue).add(c.oldValues());
        return near.sub(c.returns()).square();
    }
}
