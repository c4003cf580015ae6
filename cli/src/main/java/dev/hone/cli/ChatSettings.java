package dev.hone.cli;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.util.Optional;

/**
 * How a chat begins.
 *
 * @param system message in front of it
 * @param chatTemplate that writes it
 */
@SettingGroup("Chat")
record ChatSettings(
        @Setting(doc = "System message in front of the chat.") Optional<String> system,
        @Setting(doc = "Chat template: a built-in name, a .jinja file, none, or empty = the model's.") String chatTemplate) {}
