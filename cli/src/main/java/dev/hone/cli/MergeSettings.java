package dev.hone.cli;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.train.ModelSettings;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What becomes of what.
 *
 * @param model the adapter's folder
 * @param out the whole model's
 * @param base the model that the adapter belongs to
 */
@SettingGroup("Merge")
record MergeSettings(
        @Setting(required = true, doc = "Folder of a LoRA adapter (learned tokens cannot be merged): a run's model or a checkpoint of it, or one that PEFT saved.") Path model,
        @Setting(required = true, doc = "Folder of the whole model; made, and empty before.") Path out,
        @Setting(doc = "Folder of the model that the adapter belongs to; none = what the adapter names.") Optional<Path> base,
        @Setting(value = "fp32", doc = "Number type of the saved model: fp32 or bf16.") ModelSettings.Precision saveDtype,
        @Setting(value = "5", above = 0, doc = "Size of one file of the saved model, in GB.") double maxShardSize) {}
