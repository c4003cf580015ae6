package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.tensor.Tensor;
import java.util.Set;

/**
 * Binary classifier optimisation (arXiv 2404.04656, eq. 9 and 13): with reward r = β·log π/π_ref and δ the running mean of all rewards so far,
 * these rows included and not differentiated: desirable −log σ(r − δ), undesirable −log σ(δ − r); mean over the rows of the step.
 *
 * <p>Choices where sources differ: the paper's δ averages the two classes' means, TRL's and this one all rewards; with
 * {@code density_ratio} an undesirable row is weighted by how probable its prompt is among the desirable ones
 * (the paper's underlying-distribution matching), kept between two bounds.
 */
@SettingGroup("Objective: binary classifier optimisation")
public record Bco(
        @Setting(value = "0.1", above = 0, doc = "Strength of the tie to the reference.") double beta,
        @Setting(value = "false", doc = "Weigh undesirable rows by how probable their prompts are among the desirable ones.") boolean densityRatio,
        @Setting(value = "0.5", min = 0, doc = "Smallest such weight.") double minDensityRatio,
        @Setting(value = "10", above = 0, doc = "Largest such weight.") double maxDensityRatio)
        implements
            UnpairedObjective {

    public Bco {
        new Checks().require(beta > 0 && beta < Double.POSITIVE_INFINITY, "beta", beta, "greater than 0")
                .require(minDensityRatio >= 0, "min_density_ratio", minDensityRatio, "at least 0")
                .require(maxDensityRatio > 0 && maxDensityRatio < Double.POSITIVE_INFINITY, "max_density_ratio",
                        maxDensityRatio, "greater than 0")
                .require(!(minDensityRatio > maxDensityRatio), "min_density_ratio", minDensityRatio,
                        "at most max_density_ratio (" + maxDensityRatio + ")")
                .done();
    }

    @Override
    public Set<Need> needs() {
        return densityRatio
                ? Set.of(Need.REFERENCE, Need.WHOLE_STEP, Need.DENSITY_RATIO)
                : Set.of(Need.REFERENCE, Need.WHOLE_STEP);
    }

    @Override
    public Loss compute(UnpairedSignals s) {
        Logistic.requireTwo(s.totals(), "BCO measures a reward against the mean of all.");
        Tensor rewards = rewards(s.completions());
        Tensor gain = rewards.sub(s.history().meanWith(rewards));
        Tensor desirable = gain.logSigmoid().mul(s.desirable());
        Tensor undesirable = gain.neg().logSigmoid().mul(weights(s));
        return new Loss(desirable.add(undesirable).sum().div(-s.totals().rows()));
    }

    @Override
    public Tensor rewards(CompletionSignals completions) { return completions.logRatios().mul(beta); }

    @Override
    public RunningMoments remember(UnpairedSignals s) { return s.history().plus(rewards(s.completions()).toDoubles()); }

    @Override
    public Metrics metrics(UnpairedSignals s) {
        int rows = s.completions().count();
        Tensor delta = s.history().meanWith(rewards(s.completions()));
        return UnpairedObjective.super.metrics(s).mean("delta", delta.mul(rows), rows);
    }

    private Tensor weights(UnpairedSignals s) {
        if (!densityRatio) {
            return s.undesirable();
        }
        Tensor ratios = s.densityRatios().orElseThrow(() -> new IllegalArgumentException(
                "signals without DENSITY_RATIO, which BCO names among its needs"));
        return ratios.clamp(minDensityRatio, maxDensityRatio).mul(s.undesirable());
    }
}
