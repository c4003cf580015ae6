package dev.hone.text;

/**
 * Text to token ids and back. Implementations are safe to use from many threads at once, never pad, never truncate and
 * never touch the network.
 */
public interface Tokenizer {
    /**
     * The ids of a text, without the special tokens that the tokenizer would put around it. Special tokens that are
     * written out in the text ({@code <|im_end|>}) become their own id.
     */
    int[] encode(String text);

    /** The ids of a text with the special tokens that the tokenizer puts around it (a begin token, for example). */
    int[] encodeWithSpecialTokens(String text);

    /** As {@link #encode}, with the range of the text that each token covers. */
    TokenSpans encodeWithSpans(String text);

    /**
     * The text of ids, special tokens written out.
     *
     * @throws DataException if an id lies outside the vocabulary
     */
    String decode(int[] ids);

    /** The text of ids, special tokens left out. */
    String decodeWithoutSpecialTokens(int[] ids);

    /** The tokens themselves: ids, specials, size. */
    Vocabulary vocabulary();
}
