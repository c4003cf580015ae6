package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.tensor.Tensor;
import java.util.Set;

/**
 * Nash learning by mirror descent (arXiv 2312.00886, §7): of the policy's own completions, mean over those of the step of
 * Σ over tokens (β·(log π − log π_ref) − A)·log π, the bracket not differentiated. A is P − ½, with P the probability that a judge prefers the
 * completion to one from a mixture of policy and reference.
 *
 * <p>Choices where sources differ: both terms are score-function estimates, as TRL's; who samples from the mixture decides what P is.
 */
@SettingGroup("Objective: Nash mirror descent")
public record NashMd(
        @Setting(value = "0.1", min = 0, doc = "Strength of the tie to the reference.") double beta)
        implements
            Objective<RolloutSignals> {

    public NashMd {
        PolicyGradient.atLeastZero(new Checks(), "beta", beta).done();
    }

    @Override
    public Set<Need> needs() { return Set.of(Need.REFERENCE); }

    @Override
    public Loss compute(RolloutSignals s) {
        Tensor worth = s.completions().logProbs().detach().sub(s.reference()).mul(beta).sub(s.advantages());
        return new Loss(s.rowMean(s.rowSums(worth.mul(s.completions().logProbs()))));
    }

    @Override
    public Metrics metrics(RolloutSignals s) {
        Tensor logProbs = s.completions().logProbs();
        return new Metrics().mean("loss/kl", s.rowSums(logProbs.sub(s.reference())))
                .mean("loss/score", s.rowSums(logProbs.mul(s.advantages())));
    }
}
