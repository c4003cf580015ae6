package dev.hone.objective;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;

/**
 * CPO-SimPO: {@link Simpo}'s pair loss with {@link Cpo}'s cross-entropy of the chosen completions, which keeps their
 * log-probs from falling (arXiv 2405.14734 and 2401.08417 together). No paper settles the weight; 0.5 is between the two.
 */
@SettingGroup("Objective: CPO-SimPO")
public record CpoSimpo(
        @Setting(value = "2", above = 0, doc = "Scale of the rewards.") double beta,
        @Setting(value = "1", doc = "Reward margin asked for, gamma; not divided by beta.") double simpoGamma,
        @Setting(value = "0.5", min = 0, doc = "Weight of the chosen completions' cross-entropy.") double cpoAlpha,
        @Setting(value = "0", min = 0, max = 0.5, doc = "Assumed share of wrong labels.") double labelSmoothing)
        implements
            PreferenceObjective {

    public CpoSimpo {
        form(beta, simpoGamma, cpoAlpha, labelSmoothing); // refuses what Cpo refuses
    }

    @Override
    public Loss compute(PairSignals signals) { return form().compute(signals); }

    @Override
    public PairReadings readings(PairSignals signals) { return form().readings(signals); }

    @Override
    public Metrics metrics(PairSignals signals) { return form().metrics(signals); }

    private Cpo form() { return form(beta, simpoGamma, cpoAlpha, labelSmoothing); }

    private static Cpo form(double beta, double gamma, double cpoAlpha, double labelSmoothing) {
        return new Cpo(Cpo.LossType.SIMPO, beta, labelSmoothing, cpoAlpha, gamma, 0);
    }
}
