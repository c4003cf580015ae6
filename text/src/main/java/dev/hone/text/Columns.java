package dev.hone.text;

import java.util.Map;

/**
 * The columns of a dataset that the user names; an empty name is one to be found from the rows. Naming {@code text},
 * {@code messages}, or {@code prompt} and {@code completion}, decides the shape.
 *
 * @param text the column with whole texts, or with whole dialogues as lists of turns
 * @param messages the column with the turns of a dialogue
 * @param prompt the column with prompts
 * @param completion the column with completions
 * @param system the column with a system prompt for each row
 * @param parts columns of labelled data by the part of the shape that they hold: {@code chosen → better_answer}; the names
 *     above say nothing about such data
 */
public record Columns(String text, String messages, String prompt, String completion, String system,
        Map<String, String> parts) {
    public Columns {
        parts = Map.copyOf(parts);
        if (prompt.isEmpty() != completion.isEmpty()) {
            throw new DataException("only the " + (prompt.isEmpty() ? "completion" : "prompt")
                    + " column is named: prompt and completion columns are named together");
        }
        int shapes = (text.isEmpty() ? 0 : 1) + (messages.isEmpty() ? 0 : 1) + (prompt.isEmpty() ? 0 : 1);
        if (shapes > 1) {
            throw new DataException("columns for several shapes are named (text: " + text + ", messages: " + messages
                    + ", prompt: " + prompt + "): name those of one shape");
        }
    }

    /** Columns of demonstrations. */
    public Columns(String text, String messages, String prompt, String completion, String system) {
        this(text, messages, prompt, completion, system, Map.of());
    }

    /** All columns are found from the rows. */
    public static Columns detected() {
        return new Columns("", "", "", "", "");
    }

    /** Whole texts in one column, or whole dialogues as lists of turns. */
    public static Columns ofText(String text) {
        return new Columns(text, "", "", "", "");
    }

    /** Turns in one column. */
    public static Columns ofMessages(String messages) {
        return new Columns("", messages, "", "", "");
    }

    /** Prompts and completions in two columns. */
    public static Columns ofPrompt(String prompt, String completion) {
        return new Columns("", "", prompt, completion, "");
    }

    /** Columns of labelled data, by part: prompt, chosen, rejected, margin, completion, label, answers, scores, score, … */
    public static Columns ofParts(Map<String, String> parts) {
        return new Columns("", "", "", "", "", parts);
    }

    public Columns withSystem(String column) { return new Columns(text, messages, prompt, completion, column, parts); }
}
