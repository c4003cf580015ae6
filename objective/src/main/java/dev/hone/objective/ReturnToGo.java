package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;

/** What is left to earn from each token on, Σ γ^distance · reward, less the critic's value where there is one: Monte-Carlo returns. */
@SettingGroup("Advantage: return to go")
public record ReturnToGo(
        @Setting(value = "1", min = 0, max = 1, doc = "Discount of a reward one token away.") double gamma)
        implements
            Advantage {

    public ReturnToGo {
        new Checks().require(gamma >= 0 && gamma <= 1, "gamma", gamma, "0 to 1").done();
    }

    @Override
    public Estimate of(Experience e) {
        double[][] advantages = new double[e.count()][];
        double[][] returns = new double[e.count()][];
        boolean[] usable = new boolean[e.count()];
        for (int i = 0; i < e.count(); i++) {
            usable[i] = e.usable(i);
            returns[i] = usable[i] ? Statistics.toGo(e.rewards()[i], gamma) : new double[e.rewards()[i].length];
            advantages[i] = returns[i].clone();
            for (int t = 0; t < advantages[i].length && usable[i] && e.values().length > 0; t++) {
                advantages[i][t] -= e.values()[i][t];
            }
        }
        return new Estimate(advantages, returns, usable, Statistics.rewards(e));
    }
}
