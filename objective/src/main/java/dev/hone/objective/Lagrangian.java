package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.util.List;

/**
 * The bound on costs of PPO-Lagrangian (Safe-RLHF, arXiv 2310.12773, eq. 11 and appendix B.4): a multiplier λ = e^η rises while episodes cost more than a
 * threshold, and falls while they cost less.
 */
@SettingGroup("Bound on costs")
public record Lagrangian(
        @Setting(value = "0", doc = "Mean cost of an episode that is still accepted.") double threshold,
        @Setting(value = "1", above = 0, doc = "Lambda at the start.") double lambdaInit,
        @Setting(value = "10", above = 0, doc = "Largest lambda.") double lambdaMax,
        @Setting(value = "0.1", above = 0, doc = "Learning rate of log lambda.") double lambdaLr,
        @Setting(value = "0", min = 0, doc = "Steps before lambda moves.") int lambdaUpdateDelaySteps,
        @Setting(value = "128", min = 1, doc = "How many of the newest episodes' costs are averaged.") int episodeCostWindowSize) {

    public Lagrangian {
        Checks checks = PolicyGradient.aboveZero(new Checks(), "lambda_init", lambdaInit)
                .require(Double.isFinite(threshold), "threshold", threshold, "a number")
                .require(lambdaUpdateDelaySteps >= 0, "lambda_update_delay_steps", lambdaUpdateDelaySteps, "at least 0")
                .require(episodeCostWindowSize >= 1, "episode_cost_window_size", episodeCostWindowSize, "at least 1")
                .require(!(lambdaInit > lambdaMax), "lambda_init", lambdaInit,
                        "at most lambda_max (" + lambdaMax + ")");
        PolicyGradient.aboveZero(checks, "lambda_max", lambdaMax);
        PolicyGradient.aboveZero(checks, "lambda_lr", lambdaLr).done();
    }

    /** Before the first step. */
    public LagrangeMultiplier start() {
        return new LagrangeMultiplier(this, Math.log(lambdaInit), 0, List.of());
    }
}
