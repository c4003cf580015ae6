package dev.hone.text;

import java.util.Arrays;

/**
 * Decodes tokens as they are sampled. What it emits, put together, is the decoded text, and no piece ends inside a
 * character: bytes of a character that is not complete yet are held back.
 *
 * <p>Only the tokens since the piece before the last are decoded again for each new one, so that the work does not grow
 * with the text, and that decoders which treat the first token of a text specially see it in its place. Not for use by
 * several threads.
 */
public final class StreamDecoder {
    private static final char INCOMPLETE = '\uFFFD';

    private final Tokenizer tokenizer;
    private int[] window = new int[16];
    private int size;
    private int emittedTokens;

    public StreamDecoder(Tokenizer tokenizer) { this.tokenizer = tokenizer; }

    /** Takes the next token and returns the text that became certain with it, often empty. Special tokens give none. */
    public String next(int id) {
        if (size == window.length) {
            window = Arrays.copyOf(window, size * 2);
        }
        window[size++] = id;
        String text = decode(0, size);
        return !text.isEmpty() && text.charAt(text.length() - 1) == INCOMPLETE ? "" : emit(text);
    }

    /** The text that is still held back, for the end of a reply: an unfinished character shows as U+FFFD. */
    public String flush() {
        return emit(decode(0, size));
    }

    private String emit(String text) {
        String before = decode(0, emittedTokens);
        if (text.length() <= before.length()) {
            return "";
        }
        System.arraycopy(window, emittedTokens, window, 0, size - emittedTokens);
        size -= emittedTokens;
        emittedTokens = size;
        return text.substring(before.length());
    }

    private String decode(int from, int to) {
        return from == to ? "" : tokenizer.decodeWithoutSpecialTokens(Arrays.copyOfRange(window, from, to));
    }
}
