package dev.hone.config;

import java.util.List;

/** The settings of one record as a Markdown table, for the documentation. */
public final class MarkdownTable {
    private MarkdownTable() {}

    /** A heading line, a ruler, and one line for each key. */
    public static String of(Class<? extends Record> type) {
        StringBuilder text = new StringBuilder("| key | value | default | meaning |\n|---|---|---|---|\n");
        for (KeySpec key : Keys.of(List.of(type)).all()) {
            String fallback = key.required() ? "required" : key.optional() ? "none" : code(key.defaultText());
            text.append("| ").append(code(key.name())).append(" | ").append(cell(key.type().label())).append(" | ")
                    .append(fallback)
                    .append(" | ").append(cell(key.sentence())).append(" |\n");
        }
        return text.toString();
    }

    private static String code(String text) { return "`" + text.replace("|", "\\|") + "`"; }

    private static String cell(String text) { return text.replace("|", "\\|").replaceAll("\\s*\\R\\s*", " "); }
}
