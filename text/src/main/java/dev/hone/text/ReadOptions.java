package dev.hone.text;

/**
 * How the rows of a dataset are read.
 *
 * @param columns the columns that the user names
 * @param dialogueFormat how turns are marked inside of texts; {@link DialogueFormat#NONE} leaves texts as they are
 * @param skipBadRows whether a row that cannot be used is left out and counted, instead of ending the read
 * @param kind what the rows are to be
 */
public record ReadOptions(Columns columns, DialogueFormat dialogueFormat, boolean skipBadRows, DataKind kind) {
    /** Demonstrations. */
    public ReadOptions(Columns columns, DialogueFormat dialogueFormat, boolean skipBadRows) {
        this(columns, dialogueFormat, skipBadRows, DataKind.DEMONSTRATIONS);
    }

    /** Columns detected, texts left as they are, the first bad row ends the read. */
    public static ReadOptions defaults() {
        return new ReadOptions(Columns.detected(), DialogueFormat.NONE, false);
    }

    public ReadOptions withColumns(Columns chosen) {
        return new ReadOptions(chosen, dialogueFormat, skipBadRows, kind);
    }

    public ReadOptions withDialogueFormat(DialogueFormat chosen) {
        return new ReadOptions(columns, chosen, skipBadRows, kind);
    }

    public ReadOptions withSkipBadRows(boolean chosen) {
        return new ReadOptions(columns, dialogueFormat, chosen, kind);
    }

    public ReadOptions withKind(DataKind chosen) {
        return new ReadOptions(columns, dialogueFormat, skipBadRows, chosen);
    }
}
