package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Exploratory preference optimisation (arXiv 2405.21046, algorithm 1): pairs of one completion of the policy and one of the reference; the loss of
 * {@link Dpo} plus α·log π of the reference's completion, mean over the pairs of the step. The second term is optimism: it moves probability to
 * what the reference does not say.
 */
@SettingGroup("Objective: exploratory preference optimisation")
public record Xpo(
        @Setting(value = "sigmoid", doc = "Form of the pair loss: sigmoid or ipo.") LossType lossType,
        @Setting(value = "0.1", above = 0, doc = "Strength of the tie to the reference.") double beta,
        @Setting(value = "1e-5", min = 0, doc = "Weight of the optimism.") double alpha)
        implements
            Objective<XpoSignals> {

    /** Forms of the pair loss. */
    public enum LossType {
        /** As {@link PairLoss#SIGMOID}. */
        SIGMOID(PairLoss.SIGMOID),
        /** As {@link PairLoss#IPO}. */
        IPO(PairLoss.IPO);

        private final PairLoss form;

        LossType(PairLoss form) { this.form = form; }
    }

    public Xpo {
        Checks checks = PolicyGradient.aboveZero(new Checks(), "beta", beta);
        PolicyGradient.atLeastZero(checks, "alpha", alpha).done();
    }

    @Override
    public Set<Need> needs() { return Set.of(Need.REFERENCE); }

    @Override
    public Loss compute(XpoSignals s) {
        Tensor optimism = s.referenceSampleLogProbs().sum().div(s.pairs().totals().rows());
        return new Loss(pairLoss().compute(s.pairs()).value().add(optimism.mul(alpha)));
    }

    @Override
    public Metrics metrics(XpoSignals s) {
        return pairLoss().metrics(s.pairs()).mean("loss/xpo", s.referenceSampleLogProbs().mul(alpha));
    }

    private Dpo pairLoss() {
        return new Dpo(List.of(lossType.form), List.of(), beta, 0, FDivergence.REVERSE_KL, 0.5, 0.05, Optional.empty(),
                false, 0, false);
    }
}
