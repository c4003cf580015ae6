package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.tensor.Tensor;

/**
 * Trust-region policy optimisation (arXiv 1502.05477, eq. 14): the largest −mean ρ·A whose mean KL(π_old ‖ π) stays below a bound, ρ = π/π_old. The loss is that
 * surrogate alone; the step that a {@link TrustRegion} takes is not one of an optimizer.
 *
 * <p>Choices where sources differ: the KL is that of {@link #divergence}, estimated from the sampled tokens, whose second derivative is the Fisher matrix of the
 * samples; means are over the tokens of the step.
 */
@SettingGroup("Objective: trust-region policy optimisation")
public record Trpo(
        @Setting(value = "0.01", above = 0, doc = "Mean KL that a step may reach, nats per token.") double targetKl,
        @Setting(value = "15", min = 1, doc = "Conjugate-gradient steps at most.") int cgMaxSteps,
        @Setting(value = "0.1", min = 0, doc = "Multiple of the identity added to the Fisher matrix.") double cgDamping,
        @Setting(value = "0.8", above = 0, below = 1, doc = "Factor by which a step that goes too far is shortened.") double lineSearchShrinkingFactor,
        @Setting(value = "10", min = 1, doc = "How many lengths of a step are tried.") int lineSearchMaxIter)
        implements
            TrustRegionObjective {

    public Trpo {
        Checks checks = new Checks().require(cgMaxSteps >= 1, "cg_max_steps", cgMaxSteps, "at least 1")
                .require(lineSearchShrinkingFactor > 0 && lineSearchShrinkingFactor < 1, "line_search_shrinking_factor",
                        lineSearchShrinkingFactor, "between 0 and 1")
                .require(lineSearchMaxIter >= 1, "line_search_max_iter", lineSearchMaxIter, "at least 1");
        PolicyGradient.aboveZero(checks, "target_kl", targetKl);
        PolicyGradient.atLeastZero(checks, "cg_damping", cgDamping).done();
    }

    @Override
    public Loss compute(RolloutSignals s) {
        return new Loss(s.tokenMean(Logistic.boundedExp(s.logRatios()).mul(s.advantages()).neg()));
    }

    /** Mean KL(π_old ‖ π) over the tokens of the step: mean ρ − 1 − log ρ. */
    @Override
    public Tensor divergence(RolloutSignals s) { return s.tokenMean(perToken(s)); }

    @Override
    public Metrics metrics(RolloutSignals s) {
        Tensor surrogate = Logistic.boundedExp(s.logRatios()).mul(s.advantages()).neg();
        return PolicyGradient.moved(new Metrics(), s).mean("loss/policy_avg", surrogate, s.weights()).mean("kl",
                perToken(s), s.weights());
    }

    @Override
    public TrustRegion region() {
        return new TrustRegion(targetKl, new ConjugateGradient(cgMaxSteps, 1e-10, cgDamping),
                lineSearchShrinkingFactor, lineSearchMaxIter);
    }

    private static Tensor perToken(RolloutSignals s) {
        Tensor logRatios = s.logRatios();
        return Logistic.boundedExp(logRatios).sub(1).sub(logRatios);
    }
}
