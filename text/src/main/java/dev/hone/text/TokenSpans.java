package dev.hone.text;

/**
 * Tokens of a text and where they come from.
 *
 * @param ids [T] token ids
 * @param starts [T] first UTF-16 index of the text that a token covers
 * @param ends [T] first UTF-16 index after it; equal to the start for a token that stands for no character. The tokens
 *     of one character that was split into bytes all cover that character
 */
public record TokenSpans(int[] ids, int[] starts, int[] ends) {
    public TokenSpans {
        if (starts.length != ids.length || ends.length != ids.length) {
            throw new IllegalArgumentException("token spans disagree: " + ids.length + " ids, " + starts.length
                    + " starts, " + ends.length + " ends");
        }
    }

    public int size() { return ids.length; }

    /** The range of one token. */
    public Span span(int token) { return new Span(starts[token], ends[token]); }
}
