package dev.hone.text;

/**
 * How labelled samples become rows of tokens.
 *
 * @param maxLength the longest row, in tokens. Where a row is longer its prompt loses tokens from its start, the same for all
 *     answers to it; an answer never loses any
 * @param skipLongRows whether samples that still do not fit (the prompt alone fills the window, or an answer does) are left
 *     out and counted, instead of ending the read
 * @param stepSeparator what is written after each step of a solution; its last token carries the step's label
 */
public record LabelledOptions(int maxLength, boolean skipLongRows, String stepSeparator) {
    public LabelledOptions {
        if (maxLength < 2) {
            throw new DataException("max_length is " + maxLength
                    + ": expected at least 2, one token to read and one to predict");
        }
    }

    /** Samples that do not fit are an error; steps are parted by line breaks. */
    public static LabelledOptions of(int maxLength) {
        return new LabelledOptions(maxLength, false, "\n");
    }

    public LabelledOptions withSkipLongRows(boolean chosen) {
        return new LabelledOptions(maxLength, chosen, stepSeparator);
    }
}
