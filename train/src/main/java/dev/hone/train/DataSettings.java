package dev.hone.train;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.text.Columns;
import dev.hone.text.DialogueFormat;
import dev.hone.text.ReadOptions;
import dev.hone.text.Truncation;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the model learns from.
 *
 * @param data files, folders or globs
 * @param evalData the same for evaluation
 * @param evalSplit share of the rows that is held out for evaluation
 * @param columns which columns hold what
 * @param skipBadRows whether unusable rows are left out
 */
@SettingGroup("Data")
public record DataSettings(
        @Setting(required = true, aliases = {
                "dataset_name", "dataset"}, doc = "Files, folders or globs: .jsonl, .json, .csv,"
                        + " .parquet, also .gz and .zst.") List<String> data,
        @Setting(doc = "Files for evaluation; none = eval_split of the data.") List<String> evalData,
        @Setting(value = "0", min = 0, below = 1, doc = "Share of the rows held out for evaluation.") double evalSplit,
        @Setting(doc = "Column with whole texts; empty = found from the rows.") String datasetTextField,
        @Setting(doc = "Column with the turns of a dialogue; empty = found.") String messagesField,
        @Setting(doc = "Column with prompts; empty = found.") String promptField,
        @Setting(doc = "Column with completions; empty = found.") String completionField,
        @Setting(value = "none", doc = "How turns are marked inside a text column: none, hh (\\n\\nHuman: …) or hashes"
                + " (###Human: …).") DialogueFormat dialogueFormat,
        @Setting(value = "false", doc = "Leave unusable rows out and count them, instead of stopping at the first.") boolean skipBadRows,
        @Setting(aliases = "chat_template_path", doc = "Chat template: a built-in name, a .jinja file,"
                + " none = texts as they are, or empty = the model's.") String chatTemplate,
        @Setting(value = "1024", min = 2, doc = "Longest row in tokens; longer ones are truncated.") int maxLength,
        @Setting(value = "keep_start", doc = "Which part of a longer row is kept: keep_start or keep_end.") Truncation truncationMode,
        @Setting(doc = "Train on the last reply only; default: on for prompt-completion data.") Optional<Boolean> completionOnlyLoss,
        @Setting(doc = "Train on assistant turns only; default: on for dialogues.") Optional<Boolean> assistantOnlyLoss,
        @Setting(value = "false", doc = "Join rows into bins of max_length tokens, so that a step holds more; rows never see"
                + " each other.") boolean packing,
        @Setting(value = "bfd", doc = "How rows are joined: bfd, bfd_split or wrapped.") dev.hone.text.Packing packingStrategy,
        @Setting(value = "true", doc = "A new order of the rows in each epoch.") boolean shuffleDataset) {

    public DataSettings {
        new Checks().require(evalData.isEmpty() || evalSplit == 0, "eval_split", evalSplit + " beside eval_data", "0",
                "Give eval_data or eval_split, not both.").done();
    }

    /** Prompts and completions are named together, where completions are read. */
    void requirePartners() {
        new Checks().require(promptField.isEmpty() == completionField.isEmpty(),
                promptField.isEmpty() ? "prompt_field" : "completion_field", "empty",
                "a column, as its partner is named", "Name both columns or neither.").done();
    }

    /** How files are read. */
    public ReadOptions readOptions() {
        requirePartners();
        return new ReadOptions(new Columns(datasetTextField, messagesField, promptField, completionField, ""),
                dialogueFormat,
                skipBadRows);
    }

    /** Demonstrations in other files, read as hone sft does: with this template, as long as these rows may be. */
    DataSettings demonstrations(List<String> files) {
        return new DataSettings(files, List.of(), 0, "", "", "", "", dialogueFormat, skipBadRows, chatTemplate,
                maxLength,
                Truncation.KEEP_START, Optional.empty(), Optional.empty(), false, packingStrategy, shuffleDataset);
    }

    /** The chat template as a file, when it names one. */
    Path chatTemplateFile() { return Path.of(chatTemplate); }
}
