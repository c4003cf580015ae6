package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;

/**
 * Generalised advantage estimation (arXiv 1506.02438, eq. 16): δ_t = r_t + γ·V_{t+1} − V_t with V = 0 after the end, A_t = δ_t + γλ·A_{t+1}, return G_t = A_t + V_t, which is
 * taken before A is whitened over the tokens of the step. With λ = 1 the return is the discounted sum of rewards.
 */
@SettingGroup("Advantage: generalised estimation")
public record Gae(
        @Setting(value = "1", min = 0, max = 1, doc = "Discount of a reward one token away.") double gamma,
        @Setting(value = "0.95", min = 0, max = 1, doc = "Weight of what lies beyond the next value: 0 trusts the critic, 1 the rewards.") double lam,
        @Setting(value = "false", doc = "Bring the tokens' rewards to spread 1 first; their mean stays.") boolean whitenRewards,
        @Setting(value = "true", doc = "Bring advantages to mean 0 and spread 1.") boolean whitenAdvantages)
        implements
            Advantage {

    public Gae {
        new Checks().require(gamma >= 0 && gamma <= 1, "gamma", gamma, "0 to 1")
                .require(lam >= 0 && lam <= 1, "lam", lam, "0 to 1").done();
    }

    @Override
    public boolean readsValues() { return true; }

    /** As this one, with advantages as they are. */
    Gae unwhitened() {
        return new Gae(gamma, lam, whitenRewards, false);
    }

    @Override
    public Estimate of(Experience e) {
        if (e.values().length != e.count()) {
            throw new IllegalArgumentException("experience without values: generalised estimation reads a critic's");
        }
        double[][] rewards = whitenRewards ? Whitening.of(e.rewards(), false) : e.rewards();
        double[][] advantages = new double[e.count()][];
        double[][] returns = new double[e.count()][];
        boolean[] usable = new boolean[e.count()];
        for (int i = 0; i < e.count(); i++) {
            usable[i] = e.usable(i);
            advantages[i] = estimate(rewards[i], e.values()[i]);
            returns[i] = new double[rewards[i].length];
            for (int t = 0; t < returns[i].length; t++) {
                returns[i][t] = usable[i] ? advantages[i][t] + e.values()[i][t] : 0;
            }
        }
        double[][] made = whitenAdvantages ? Whitening.of(advantages, true) : advantages;
        for (int i = 0; i < made.length; i++) {
            made[i] = usable[i] ? made[i] : new double[made[i].length];
        }
        return new Estimate(made, returns, usable, Statistics.rewards(e));
    }

    private double[] estimate(double[] rewards, double[] values) {
        double[] advantages = new double[rewards.length];
        double next = 0;
        for (int t = rewards.length - 1; t >= 0; t--) {
            double after = t + 1 < values.length ? values[t + 1] : 0;
            next = rewards[t] + gamma * after - values[t] + gamma * lam * next;
            advantages[t] = next;
        }
        return advantages;
    }
}
