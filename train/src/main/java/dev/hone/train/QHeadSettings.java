package dev.hone.train;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;

/**
 * The heads that say what tokens are worth, under the names that trlX gives their settings.
 *
 * @param twoQs whether there are two
 * @param alpha share of a Q head in its slow copy, at each sync
 * @param stepsForTargetQSync optimizer steps between two syncs
 * @param normaliseRewards whether rewards are standardised over the training rows
 */
@SettingGroup("Q heads")
public record QHeadSettings(
        @Setting(value = "true", doc = "Learn two Q heads and go by the smaller value of their slow copies; false = one.") boolean twoQs,
        @Setting(value = "0.001", above = 0, max = 1, doc = "Share of a Q head that moves into its slow copy at each sync.") double alpha,
        @Setting(value = "5", min = 1, doc = "Optimizer steps between two syncs of the slow copies.") int stepsForTargetQSync,
        @Setting(value = "true", doc = "Shift and scale the rewards so that those of a whole answer have mean 0 and deviation 1 over the"
                + " training rows.") boolean normaliseRewards) {

    /** How many Q heads there are. */
    int heads() { return twoQs ? 2 : 1; }
}
