package dev.hone.objective;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;

/**
 * SimPO (arXiv 2405.14734, eq. 6): −log σ(β·(p̄_w − p̄_l) − γ) of token-mean log-probs, without a reference and without a
 * likelihood term. {@link Cpo} of form simpo with the defaults of the paper (β 2.0 to 2.5, γ/β about 0.5); with α it is
 * AlphaPO (arXiv 2501.03884).
 */
@SettingGroup("Objective: SimPO")
public record Simpo(
        @Setting(value = "2", above = 0, doc = "Scale of the rewards.") double beta,
        @Setting(value = "1", doc = "Reward margin asked for, gamma; not divided by beta.") double simpoGamma,
        @Setting(value = "0", min = 0, max = 0.5, doc = "Assumed share of wrong labels.") double labelSmoothing,
        @Setting(value = "0", doc = "AlphaPO's alpha, the shape of the reward; 0 is the log-prob itself.") double alpha)
        implements
            PreferenceObjective {

    public Simpo {
        form(beta, simpoGamma, labelSmoothing, alpha); // refuses what Cpo refuses
    }

    @Override
    public Loss compute(PairSignals signals) { return form().compute(signals); }

    @Override
    public PairReadings readings(PairSignals signals) { return form().readings(signals); }

    private Cpo form() { return form(beta, simpoGamma, labelSmoothing, alpha); }

    private static Cpo form(double beta, double gamma, double labelSmoothing, double alpha) {
        return new Cpo(Cpo.LossType.SIMPO, beta, labelSmoothing, 0, gamma, alpha);
    }
}
