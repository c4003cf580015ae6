package dev.hone.cli;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.util.List;
import java.util.Optional;

/**
 * What to continue, and how the results look.
 *
 * @param prompt a single one
 * @param data files of prompts
 * @param promptField their column
 * @param numReturnSequences completions of each prompt
 * @param choices the only texts that may be written
 */
@SettingGroup("Prompts and output")
record GenerateSettings(
        @Setting(doc = "The prompt: the user's turn where the model has a chat template, else a text to continue.") Optional<String> prompt,
        @Setting(doc = "Files of prompts instead: .jsonl, .json, .csv, .parquet, also .gz and .zst. Replies at the end of a row"
                + " are left out.") List<String> data,
        @Setting(doc = "Column with the prompts; empty = found from the rows.") String promptField,
        @Setting(doc = "Chat template: a built-in name, a .jinja file, none = continue plain text, or empty = the model's.") String chatTemplate,
        @Setting(doc = "System message in front of each prompt.") Optional<String> system,
        @Setting(value = "1", min = 1, doc = "Completions of each prompt.") int numReturnSequences,
        @Setting(doc = "Texts of which each completion is one, drawn by what the model thinks of them; their length sets the limit.") List<String> choices,
        @Setting(value = "false", doc = "One JSON object a completion instead of text.") boolean json) {

    GenerateSettings {
        new Checks().require(prompt.isPresent() == data.isEmpty(), "prompt",
                prompt.isPresent() ? "a prompt beside data" : "nothing", "one of prompt and data",
                "Give --prompt TEXT or --data FILE.").done();
    }
}
