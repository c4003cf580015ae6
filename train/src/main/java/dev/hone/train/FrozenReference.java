package dev.hone.train;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The model that a policy is held near to while it learns from rewards.
 *
 * @param refModel its folder
 */
@SettingGroup("Reference")
public record FrozenReference(
        @Setting(doc = "Folder of the reference; none = the model as it is before the first step.") Optional<Path> refModel) {}
