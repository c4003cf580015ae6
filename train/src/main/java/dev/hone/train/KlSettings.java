package dev.hone.train;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.objective.KlController;

/**
 * The price, taken off the rewards, for leaving the reference.
 *
 * @param klCoef its weight, at the start
 * @param klTarget the distance that the weight is steered to; 0 leaves it fixed
 * @param klHorizon how slowly
 */
@SettingGroup("Distance from the reference")
public record KlSettings(
        @Setting(value = "0.05", min = 0, aliases = "init_kl_coef", doc = "Weight of the distance from the reference in the"
                + " rewards; 0 = no reference is loaded.") double klCoef,
        @Setting(value = "0", min = 0, doc = "Distance, nats per answer, that kl_coef is steered to; 0 = kl_coef stays.") double klTarget,
        @Setting(value = "10000", above = 0, doc = "Answers in which an error moves kl_coef by a fifth.") double klHorizon,
        @Setting(value = "0", min = 0, doc = "Distance, nats per answer, beyond which the run goes back to its last good"
                + " checkpoint and ends; 0 = never.") double klLimit) {

    KlController controller() { return new KlController(klCoef, klTarget, klHorizon); }
}
