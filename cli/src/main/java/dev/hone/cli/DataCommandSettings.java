package dev.hone.cli;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.nio.file.Path;

/**
 * Whose tokens to show.
 *
 * @param model only its tokenizer, chat template and configuration are read
 */
@SettingGroup("Model")
record DataCommandSettings(
        @Setting(required = true, aliases = "model_name_or_path", doc = "Model folder; only its tokenizer, chat template and"
                + " configuration are read.") Path model) {}
