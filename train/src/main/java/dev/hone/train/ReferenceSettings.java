package dev.hone.train;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The model that a policy is held near to.
 *
 * @param refModel its folder; the model itself, as it is before the first step, where none is given
 * @param referenceCache where its log-probs are kept
 */
@SettingGroup("Reference")
public record ReferenceSettings(
        @Setting(doc = "Folder of the reference; none = the model as it is before the first step.") Optional<Path> refModel,
        @Setting(doc = "Folder that keeps the reference's log-probs, by digests of model and rows; none = reference in out.") Optional<Path> referenceCache) {}
