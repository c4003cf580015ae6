package dev.hone.text;

import java.util.List;

/**
 * Turns of a dialogue; which of them carry loss is decided by the encoder, not here. A prompt with its completion is a
 * conversation of two turns.
 *
 * @param messages the turns in order, at least one
 */
public record Conversation(List<Message> messages) implements Sample {
    public Conversation {
        messages = List.copyOf(messages);
        if (messages.isEmpty()) {
            throw new DataException("a conversation without messages: expected at least one turn");
        }
    }
}
