package dev.hone.cli;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.text.Columns;
import dev.hone.text.Dataset;
import dev.hone.text.DialogueFormat;
import dev.hone.text.LossMode;
import dev.hone.text.Packing;
import dev.hone.text.ReadOptions;
import dev.hone.text.Truncation;
import dev.hone.train.DataSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What to score, and which tokens of it.
 *
 * @param data files, folders or globs
 * @param out where the rows of results go
 * @param score which tokens count
 */
@SettingGroup("Scoring")
record ScoreSettings(
        @Setting(required = true, doc = "Files, folders or globs: .jsonl, .json, .csv, .parquet, also .gz and .zst. Rows are"
                + " prompts with completions, conversations, or texts; for a reward model also pairs.") List<String> data,
        @Setting(doc = "File for the results; none = standard output.") Optional<Path> out,
        @Setting(value = "auto", doc = "Which tokens are scored; auto = completions of prompts, replies of conversations, all of"
                + " a text.") Scored score,
        @Setting(doc = "Column with whole texts; empty = found from the rows.") String datasetTextField,
        @Setting(doc = "Column with the turns of a dialogue; empty = found.") String messagesField,
        @Setting(doc = "Column with prompts; empty = found.") String promptField,
        @Setting(doc = "Column with completions; empty = found.") String completionField,
        @Setting(value = "none", doc = "How turns are marked inside a text column: none, hh (\\n\\nHuman: …) or hashes"
                + " (###Human: …).") DialogueFormat dialogueFormat,
        @Setting(value = "false", doc = "Leave unusable rows out and count them, instead of stopping at the first.") boolean skipBadRows,
        @Setting(doc = "Chat template: a built-in name, a .jinja file, none, or empty = the model's.") String chatTemplate,
        @Setting(value = "0", min = 0, doc = "Longest row in tokens; longer ones lose their end, which is told; 0 = what the"
                + " model was made for.") int maxLength,
        @Setting(value = "4096", min = 1, doc = "Tokens that go through the model together. Changes memory and speed, not the"
                + " result.") int microbatchTokens) {

    /** Which tokens of a row are scored. */
    enum Scored {
        AUTO, ALL, COMPLETION, REPLIES
    }

    ScoreSettings {
        new Checks().require(maxLength != 1, "max_length", maxLength, "0, or at least 2",
                "A row of one token has nothing to predict.")
                .require(promptField.isEmpty() == completionField.isEmpty(),
                        promptField.isEmpty() ? "prompt_field" : "completion_field", "empty",
                        "a column, as its partner is named", "Name both columns or neither.")
                .done();
    }

    Dataset read() { return Dataset.read(data, readOptions()); }

    ReadOptions readOptions() {
        return new ReadOptions(
                new Columns(datasetTextField, messagesField, promptField, completionField, ""), dialogueFormat,
                skipBadRows);
    }

    /** The same columns for what reads labelled data. */
    DataSettings asData() {
        return new DataSettings(data, List.of(), 0, datasetTextField, messagesField, promptField, completionField,
                dialogueFormat, skipBadRows, chatTemplate, Math.max(2, maxLength), Truncation.KEEP_START,
                Optional.empty(),
                Optional.empty(), false, Packing.BFD, false);
    }

    ScoreSettings withoutColumns() {
        return new ScoreSettings(data, out, score, "", "", "", "", dialogueFormat, skipBadRows, chatTemplate, maxLength,
                microbatchTokens);
    }

    /** A reward model reads whole rows: which of their tokens count is not for it. */
    void requireForReward() {
        new Checks().require(score == Scored.AUTO, "score", score, "nothing beside reward",
                "A reward model scores a whole answer.").done();
    }

    LossMode lossMode(Dataset dataset) {
        return switch (score) {
            case AUTO -> LossMode.defaultFor(dataset);
            case ALL -> LossMode.ALL;
            case COMPLETION -> LossMode.COMPLETION_ONLY;
            case REPLIES -> LossMode.ASSISTANT_ONLY;
        };
    }

    int window(int positions) { return maxLength == 0 ? Math.max(2, positions) : maxLength; }
}
