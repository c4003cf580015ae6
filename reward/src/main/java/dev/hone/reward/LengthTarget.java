package dev.hone.reward;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;

/**
 * How near the completion's length is to a target: 1 − |length − target| / target, and 0 from twice the target on.
 *
 * @param target the wanted length
 * @param unit what is counted
 */
@SettingGroup("length")
public record LengthTarget(
        @Setting(required = true, min = 1, doc = "The wanted length.") int target,
        @Setting(value = "tokens", doc = "What is counted.") LengthUnit unit)
        implements
            RewardFunction {

    @Override
    public Score score(RewardInput input) {
        return Score.of(Math.max(0, 1 - Math.abs((double) unit.of(input) - target) / target));
    }
}
