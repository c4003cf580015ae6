package dev.hone.cli;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.text.DataKind;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whose tokens to show, and of what.
 *
 * @param model only its tokenizer, chat template and configuration are read
 * @param kind what the data is to be
 */
@SettingGroup("Model and kind of data")
record DataCommandSettings(
        @Setting(required = true, aliases = "model_name_or_path", doc = "Model folder; only its tokenizer, chat template and"
                + " configuration are read.") Path model,
        @Setting(doc = "What the rows are read as: what a method would train on. Default: demonstrations, where the columns"
                + " are such.") Optional<DataKind> kind) {}
