package dev.hone.text;

/**
 * How samples become rows of tokens.
 *
 * @param loss which tokens carry loss
 * @param maxLength the longest row, in tokens
 * @param truncation which part of a longer row is kept
 */
public record EncodeOptions(LossMode loss, int maxLength, Truncation truncation) {
    public EncodeOptions {
        if (maxLength < 2) {
            throw new DataException("max_length is " + maxLength
                    + ": expected at least 2, one token to read and one to predict");
        }
    }

    /** Keeps the start of longer rows. */
    public static EncodeOptions of(LossMode loss, int maxLength) {
        return new EncodeOptions(loss, maxLength, Truncation.KEEP_START);
    }
}
