package dev.hone.text;

import java.util.List;

/**
 * A dataset as rows of tokens.
 *
 * @param rows the rows with at least one token that carries loss, in the order of the samples
 * @param lengths [samples] the tokens of every sample before truncation
 * @param truncated how many samples were longer than the window
 * @param dropped how many samples had no token with loss, or none left after truncation, and are not among the rows
 */
public record EncodedDataset(List<Encoded> rows, int[] lengths, int truncated, int dropped) {
    public EncodedDataset {
        rows = List.copyOf(rows);
    }

    public long tokens() { return rows.stream().mapToLong(Encoded::length).sum(); }

    /** Tokens that carry loss. */
    public long trainedTokens() {
        return rows.stream().mapToLong(Encoded::trainedTokens).sum();
    }
}
