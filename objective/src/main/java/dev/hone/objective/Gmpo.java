package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.tensor.Tensor;
import java.util.Optional;
import java.util.Set;

/**
 * Geometric-mean policy optimisation (arXiv 2507.20673, eq. 4): −A·e^m, with m the mean over the tokens of a completion of their log-ratios, each
 * kept from going further the advantage's way than ε; mean over the completions of the step, plus β times the token-mean k3 estimate of
 * KL(π ‖ π_ref). A geometric mean of ratios is less moved by a few tokens than {@link Grpo}'s arithmetic one.
 */
@SettingGroup("Objective: geometric-mean policy optimisation")
public record Gmpo(
        @Setting(value = "0.4", above = 0, doc = "How far a token's log-ratio may count below 0, and above it where epsilon_high is not set.") double epsilon,
        @Setting(value = "", above = 0, doc = "How far a token's log-ratio may count above 0.") Optional<Double> epsilonHigh,
        @Setting(value = "0", min = 0, doc = "Weight of the penalty for leaving the reference; 0 does without one.") double beta,
        @Setting(value = "0", min = 0, doc = "Weight of the entropy bonus.") double entropyCoef)
        implements
            Objective<RolloutSignals> {

    public Gmpo {
        Checks checks = PolicyGradient.aboveZero(new Checks(), "epsilon", epsilon).require(
                epsilonHigh.stream().allMatch(value -> value > 0 && value < Double.POSITIVE_INFINITY), "epsilon_high",
                epsilonHigh, "greater than 0");
        PolicyGradient.atLeastZero(checks, "beta", beta);
        PolicyGradient.atLeastZero(checks, "entropy_coef", entropyCoef).done();
    }

    @Override
    public Set<Need> needs() { return GrpoChecks.needs(beta, entropyCoef, 1); }

    @Override
    public Loss compute(RolloutSignals s) {
        Tensor loss = s.rowMean(perCompletion(s));
        Tensor tied = beta == 0 ? loss : loss.add(s.rowMean(s.rowMeans(s.referenceKl())).mul(beta));
        return new Loss(PolicyGradient.withEntropyBonus(tied, s, entropyCoef));
    }

    @Override
    public Metrics metrics(RolloutSignals s) {
        Tensor logRatios = s.logRatios();
        Metrics metrics = new Metrics().mean("policy_loss", perCompletion(s));
        if (beta > 0) {
            metrics.mean("kl", s.referenceKl(), s.weights());
        }
        Tensor below = logRatios.lt(-epsilon).to(logRatios.dtype()).mul(s.advantages().lt(0).to(logRatios.dtype()));
        Tensor above = logRatios.gt(high()).to(logRatios.dtype()).mul(s.advantages().gt(0).to(logRatios.dtype()));
        return PolicyGradient.clipRatios(metrics, s, below, above);
    }

    /** [n]. */
    private Tensor perCompletion(RolloutSignals s) {
        Tensor logRatios = s.logRatios();
        Tensor way = s.advantages().lt(0).to(logRatios.dtype()).mul(-2).add(1);
        Tensor kept = logRatios.mul(way).minimum(logRatios.clamp(-epsilon, high()).mul(way)).mul(way);
        return Logistic.boundedExp(s.rowMeans(kept)).mul(s.rowMeans(s.advantages())).neg();
    }

    private double high() { return epsilonHigh.orElse(epsilon); }
}
