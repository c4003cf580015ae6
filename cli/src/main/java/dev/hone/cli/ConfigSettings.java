package dev.hone.cli;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;

/**
 * What to print about a command's settings.
 *
 * @param show the form
 * @param command whose settings
 */
@SettingGroup("What to print")
record ConfigSettings(
        @Setting(value = "schema", doc = "A JSON schema for editors, or a commented YAML file to start from.") Form show,
        @Setting(value = "sft", doc = "The command whose settings they are.") String command) {

    /** Forms of a description. */
    enum Form {
        SCHEMA, TEMPLATE
    }
}
