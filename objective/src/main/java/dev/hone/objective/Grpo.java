package dev.hone.objective;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.objective.PolicyGradient.Clip;
import dev.hone.tensor.Tensor;
import java.util.Optional;
import java.util.Set;

/**
 * Group-relative policy optimisation (arXiv 2402.03300, eq. 3) and its family: the token loss and the mean that {@link GrpoLoss} names, plus β times the
 * k3 estimate of KL(π ‖ π_ref) under the same mean, − entropy_coef·mean entropy. A is {@link GroupRelative}, one number for a whole completion.
 *
 * <p>Choices where sources differ: all divisors count the whole step; with {@code use_bias_correction_kl} the KL term is multiplied by the ratio
 * (arXiv 2512.02556), as TRL does unless told otherwise; {@code delta} caps the ratio where A < 0 leaves it unbounded (arXiv 2505.07291);
 * {@code top_entropy_quantile} keeps the policy loss of the most uncertain share of the step's tokens only (arXiv 2506.01939), not the KL
 * term's; a completion with A < 0 from which the policy has moved further than
 * {@code off_policy_mask_threshold} (mean of log π_old − log π) has no policy loss (arXiv 2512.02556).
 */
@SettingGroup("Objective: group-relative policy optimisation")
public record Grpo(
        @Setting(value = "dapo", doc = "Form of the loss and of its mean.") GrpoLoss lossType,
        @Setting(value = "token", doc = "What ratios are taken of.") ImportanceLevel importanceSamplingLevel,
        @Setting(value = "0.2", above = 0, below = 1, doc = "How far a ratio may count below 1, and above it where epsilon_high is not set.") double epsilon,
        @Setting(value = "", above = 0, doc = "How far a ratio may count above 1; with cispo the largest ratio.") Optional<Double> epsilonHigh,
        @Setting(value = "", above = 1, doc = "Largest ratio where the advantage is below 0.") Optional<Double> delta,
        @Setting(value = "0", min = 0, doc = "Weight of the penalty for leaving the reference; 0 does without one.") double beta,
        @Setting(value = "true", doc = "Multiply that penalty by the ratio.") boolean useBiasCorrectionKl,
        @Setting(value = "1", above = 0, max = 1, doc = "Share of the tokens that learn, the most uncertain ones.") double topEntropyQuantile,
        @Setting(value = "", min = 0, doc = "How far the policy may have moved from a bad completion that it still learns from, nats per token.") Optional<Double> offPolicyMaskThreshold,
        @Setting(value = "0", min = 0, doc = "Weight of the entropy bonus.") double entropyCoef,
        @Setting(value = "1", above = 0, doc = "Temperature of sapo for advantages above 0.") double sapoTemperaturePos,
        @Setting(value = "1.05", above = 0, doc = "Temperature of sapo for the others.") double sapoTemperatureNeg,
        @Setting(value = "2", min = 0, doc = "k of vespo for advantages of at least 0.") double vespoKPos,
        @Setting(value = "3", above = 0, doc = "Lambda of vespo for the same.") double vespoLambdaPos,
        @Setting(value = "3", min = 0, doc = "k of vespo for advantages below 0.") double vespoKNeg,
        @Setting(value = "2", above = 0, doc = "Lambda of vespo for the same.") double vespoLambdaNeg)
        implements
            Objective<RolloutSignals> {

    public Grpo {
        GrpoChecks.range(lossType, epsilon, epsilonHigh, delta)
                .require(beta >= 0 && beta < Double.POSITIVE_INFINITY, "beta", beta, "at least 0")
                .require(topEntropyQuantile > 0 && topEntropyQuantile <= 1, "top_entropy_quantile", topEntropyQuantile,
                        "above 0 and at most 1")
                .require(entropyCoef >= 0 && entropyCoef < Double.POSITIVE_INFINITY, "entropy_coef", entropyCoef,
                        "at least 0")
                .done();
        GrpoChecks.shapes(sapoTemperaturePos, sapoTemperatureNeg, vespoKPos, vespoLambdaPos, vespoKNeg, vespoLambdaNeg);
    }

    @Override
    public Set<Need> needs() { return GrpoChecks.needs(beta, entropyCoef, topEntropyQuantile); }

    @Override
    public Loss compute(RolloutSignals s) {
        Tensor ratios = ratios(s);
        Tensor policy = policyLoss(s, ratios);
        Tensor tied = beta == 0 ? policy : policy.add(kl(s, ratios).mul(beta));
        return new Loss(PolicyGradient.withEntropyBonus(lossType.reduce(s, tied), s, entropyCoef));
    }

    @Override
    public Metrics metrics(RolloutSignals s) {
        Tensor ratios = ratios(s);
        Tensor policy = policyLoss(s, ratios);
        Metrics metrics = lossType.report(new Metrics(), "policy_loss", s, policy);
        if (beta > 0) {
            metrics.mean("kl", kl(s, ratios), s.weights());
        }
        if (entropyCoef > 0) {
            metrics.mean("entropy_coef", s.weights().mul(0).add(entropyCoef));
        }
        return GrpoChecks.clipping(metrics, s, ratios, this);
    }

    Clip clip() { return Clip.of(epsilon, epsilonHigh); }

    private Tensor ratios(RolloutSignals s) { return Logistic.boundedExp(importanceSamplingLevel.logRatios(s)); }

    private Tensor policyLoss(RolloutSignals s, Tensor ratios) {
        return GrpoMasks.apply(lossType.perToken(s, ratios, this), s, this);
    }

    private Tensor kl(RolloutSignals s, Tensor ratios) {
        return useBiasCorrectionKl ? s.referenceKl().mul(ratios) : s.referenceKl();
    }
}
