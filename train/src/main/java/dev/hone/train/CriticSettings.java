package dev.hone.train;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What says how much reward a state still has to expect.
 *
 * @param critic whether it is a model of its own
 * @param valueModel what it begins as
 */
@SettingGroup("Critic")
public record CriticSettings(
        @Setting(value = "separate", doc = "separate: a model of its own; shared: a head on the policy's hidden states.") Kind critic,
        @Setting(doc = "Folder of the model that a separate critic begins as, such as the reward model; none = the policy's own,"
                + " with a fresh head.") Optional<Path> valueModel) {

    /** Where a critic's hidden states come from. */
    public enum Kind {
        SEPARATE, SHARED
    }
}
