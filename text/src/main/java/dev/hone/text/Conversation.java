package dev.hone.text;

import java.util.List;

/**
 * Turns of a dialogue; which of them carry loss is decided by the encoder, not here. A prompt with its completion is a
 * conversation of two turns.
 *
 * @param messages the turns in order, at least one
 * @param tools descriptions of the functions that the model may call in it, as JSON values, mostly objects; only a chat
 *     template can write them
 */
public record Conversation(List<Message> messages, List<?> tools) implements Sample {
    public Conversation {
        messages = List.copyOf(messages);
        tools = List.copyOf(tools);
        if (messages.isEmpty()) {
            throw new DataException("a conversation without messages: expected at least one turn");
        }
    }

    /** Without tools. */
    public Conversation(List<Message> messages) { this(messages, List.of()); }
}
