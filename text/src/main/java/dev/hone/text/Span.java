package dev.hone.text;

/**
 * A half-open range of a text, in UTF-16 indices as {@link String} counts them.
 *
 * @param start first index inside
 * @param end first index after
 */
public record Span(int start, int end) {
    public Span {
        if (start < 0 || end < start) {
            throw new IllegalArgumentException(
                    "span [" + start + ", " + end + ") is not a range: expected 0 <= start <= end");
        }
    }

    public int length() { return end - start; }
}
