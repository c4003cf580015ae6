package dev.hone.text;

import java.util.List;

/**
 * What a chat template made of a conversation.
 *
 * @param text the whole text, ready for a tokenizer that adds no special tokens
 * @param generated the ranges that {@code {% generation %}} blocks produced, in order; empty where the template has no such
 *     block
 */
public record RenderedText(String text, List<Span> generated) {
    public RenderedText {
        generated = List.copyOf(generated);
    }
}
