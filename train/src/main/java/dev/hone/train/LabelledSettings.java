package dev.hone.train;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.text.Columns;
import dev.hone.text.DataKind;
import dev.hone.text.LabelledOptions;
import dev.hone.text.PairOptions;
import dev.hone.text.ReadOptions;
import dev.hone.text.Truncation;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How data that says how good answers are is read: pairs, verdicts, rankings, scores.
 *
 * @param columns the column of each part of a row
 * @param skipLongRows whether samples that do not fit are left out
 * @param pairChoice which two answers of a scored list make a pair
 * @param pairSeed of the random choices
 * @param lengthPenalty taken off a score for each character
 * @param marginScale from a difference of scores to a margin
 * @param stepSeparator what follows each step of a solution
 */
@SettingGroup("Labelled data")
public record LabelledSettings(
        @Setting(doc = "Columns by the part of a row that they hold, such as chosen=better_answer; others are found from the"
                + " rows. Parts: prompt, system, chosen, rejected, margin, reference, completion, label, answers, scores, score,"
                + " prefix, steps, labels, first, second, better, safer, first_better, first_safer, first_safe,"
                + " second_safe.") Map<String, String> columns,
        @Setting(value = "false", doc = "Leave samples out, and count them, that do not fit max_length when their prompt is"
                + " shortened, instead of stopping at the first. Answers are never cut.") boolean skipLongRows,
        @Setting(value = "max_random", doc = "Which two answers of a scored list make a pair: any two, the best and the worst,"
                + " the best two, or the best and any other.") PairOptions.Choice pairChoice,
        @Setting(value = "42", doc = "Of the random choices of pairs.") long pairSeed,
        @Setting(value = "0", doc = "Taken off a score for each character of its answer before answers are compared.") double lengthPenalty,
        @Setting(value = "1", doc = "Margin of a pair from a scored list, for a difference of 1 between the scores.") double marginScale,
        @Setting(value = "\\n", doc = "Written after each step of a solution; its last token carries the label. \\n is a line"
                + " break, \\t a tab.") String stepSeparator) {
    private static final Set<String> PARTS = Set.of("prompt", "system", "chosen", "rejected", "margin", "reference",
            "completion", "label", "answers", "scores", "score", "prefix", "steps", "labels", "first", "second",
            "better",
            "safer", "first_better", "first_safer", "first_safe", "second_safe");
    private static final String SEPARATOR = "\\n";

    public LabelledSettings {
        columns = Map.copyOf(columns);
        Checks checks = new Checks();
        for (Map.Entry<String, String> column : new TreeMap<>(columns).entrySet()) {
            checks.require(PARTS.contains(column.getKey()), "columns", column.getKey() + "=" + column.getValue(),
                    "a part of a row before the =, one of " + String.join(", ", PARTS.stream().sorted().toList()));
            checks.require(!column.getValue().isEmpty(), "columns", column.getKey() + "=",
                    "the name of a column after it");
        }
        checks.require(!stepSeparator.isEmpty(), "step_separator", stepSeparator, "some text",
                "Its last token carries the label of a step.").done();
    }

    /** Columns found from the rows, best against any other answer, no row left out. */
    public static LabelledSettings defaults() {
        return new LabelledSettings(Map.of(), false, PairOptions.Choice.MAX_RANDOM, 42, 0, 1, SEPARATOR);
    }

    /** The separator of steps as it is written. */
    public String separator() {
        return stepSeparator.replace("\\n", "\n").replace("\\t", "\t");
    }

    /** How pairs are drawn from scored lists. */
    public PairOptions pairOptions() {
        return new PairOptions(pairChoice, pairSeed, lengthPenalty, marginScale);
    }

    /** How samples become rows of tokens. */
    public LabelledOptions options(int maxLength) {
        return new LabelledOptions(maxLength, skipLongRows, separator());
    }

    /** How files are read, the columns of both records together. */
    public ReadOptions readOptions(DataSettings data, DataKind kind) {
        data.requirePartners();
        Map<String, String> parts = new TreeMap<>(columns);
        String system = parts.getOrDefault("system", "");
        parts.remove("system");
        if (!data.promptField().isEmpty()) {
            parts.putIfAbsent("prompt", data.promptField());
            parts.putIfAbsent("completion", data.completionField());
        }
        if (!data.datasetTextField().isEmpty()) {
            parts.putIfAbsent("completion", data.datasetTextField());
        }
        return new ReadOptions(Columns.ofParts(parts).withSystem(system), data.dialogueFormat(), data.skipBadRows(),
                kind);
    }

    /**
     * Refuses settings that mean nothing for a kind of data, instead of passing over them.
     *
     * @throws dev.hone.config.ConfigException with all of them
     */
    public void requireFor(DataKind kind, DataSettings data) {
        Checks checks = new Checks();
        if (kind == DataKind.DEMONSTRATIONS) {
            checks.require(columns.isEmpty(), "columns", columns, "nothing, for demonstrations",
                    "Name their columns with dataset_text_field, messages_field, or prompt_field and completion_field.")
                    .require(!skipLongRows, "skip_long_rows", true, "false, for demonstrations",
                            "Longer ones are truncated.");
        } else {
            requireLabelled(kind, data, checks);
        }
        boolean pairs = kind == DataKind.PREFERENCES;
        LabelledSettings usual = defaults();
        checks.require(pairs || pairChoice == usual.pairChoice, "pair_choice", pairChoice,
                "nothing, for " + kind.title())
                .require(pairs || pairSeed == usual.pairSeed, "pair_seed", pairSeed, "nothing, for " + kind.title())
                .require(pairs || lengthPenalty == 0, "length_penalty", lengthPenalty, "0, for " + kind.title())
                .require(pairs || marginScale == 1, "margin_scale", marginScale, "1, for " + kind.title())
                .require(kind == DataKind.STEPS || stepSeparator.equals(SEPARATOR), "step_separator", stepSeparator,
                        "nothing, for " + kind.title())
                .done();
    }

    private void requireLabelled(DataKind kind, DataSettings data, Checks checks) {
        String answers = "The answers of " + kind.title() + " carry loss, whole.";
        checks.require(!data.packing(), "packing", true, "false, for " + kind.title(),
                "Rows of labelled data are never padded; there is nothing to pack.")
                .require(data.truncationMode() == Truncation.KEEP_START, "truncation_mode", data.truncationMode(),
                        "nothing, for " + kind.title(), "A prompt that is too long loses its start, an answer nothing.")
                .require(data.completionOnlyLoss().isEmpty(), "completion_only_loss", data.completionOnlyLoss(),
                        "nothing",
                        answers)
                .require(data.assistantOnlyLoss().isEmpty(), "assistant_only_loss", data.assistantOnlyLoss(), "nothing",
                        answers)
                .require(data.messagesField().isEmpty(), "messages_field", data.messagesField(),
                        "nothing, for " + kind.title(),
                        "Name the parts of a row with columns.")
                .require(data.datasetTextField().isEmpty() || kind == DataKind.GRADED, "dataset_text_field",
                        data.datasetTextField(), "nothing, for " + kind.title(),
                        "Name the parts of a row with columns.")
                .require(data.promptField().isEmpty()
                        || !columns.containsKey("prompt") && !columns.containsKey("completion"), "prompt_field",
                        data.promptField(), "nothing beside prompt or completion in columns", "Name each part once.");
    }
}
