package dev.hone.text;

import java.util.List;

/**
 * Labelled data as rows of tokens.
 *
 * @param <R> what a sample becomes
 * @param rows the rows, in the order of the samples
 * @param origins where each comes from
 * @param counts what became of the samples
 */
public record EncodedRows<R>(List<R> rows, List<Origin> origins, Counts counts) {
    public EncodedRows {
        rows = List.copyOf(rows);
        origins = List.copyOf(origins);
        if (rows.size() != origins.size()) {
            throw new IllegalArgumentException(rows.size() + " rows with " + origins.size() + " origins");
        }
    }

    /**
     * @param samples samples encoded
     * @param shortened samples whose prompt lost tokens from its start
     * @param tooLong samples left out because they do not fit the window
     * @param equal pairs left out because both answers are the same
     * @param examples messages of the first samples left out
     */
    public record Counts(int samples, int shortened, int tooLong, int equal, List<String> examples) {
        public Counts {
            examples = List.copyOf(examples);
        }
    }

    public int size() { return rows.size(); }
}
