package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;

/**
 * Whom a policy plays against: the geometric mixture of policy and reference, π_mix ∝ π^(1−α)·π_ref^α at each token (arXiv 2312.00886, §7).
 * The probability to win is that of Bradley and Terry, σ(r − r′).
 */
@SettingGroup("Opponent")
public record Opponent(
        @Setting(value = "0.5", min = 0, max = 1, doc = "How much of the opponent is the reference: 0 is the policy itself, 1 the"
                + " reference.") double mixtureCoef) {
    public Opponent {
        new Checks().require(mixtureCoef >= 0 && mixtureCoef <= 1, "mixture_coef", mixtureCoef, "0 to 1").done();
    }

    /** The probability that a completion wins over another, from their scores. */
    public double wins(double score, double other) {
        return 1 / (1 + Math.exp(other - score));
    }
}
