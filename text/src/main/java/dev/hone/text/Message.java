package dev.hone.text;

import java.util.Map;

/**
 * One turn of a conversation.
 *
 * @param role who speaks
 * @param content the text of the turn, without any marks of a template
 * @param extras further fields that a chat template may read (tool_calls, name, reasoning_content …): values are those
 *     of JSON (String, Number, Boolean, List, Map)
 */
public record Message(Role role, String content, Map<String, Object> extras) {
    public Message {
        extras = Map.copyOf(extras);
    }

    public Message(Role role, String content) { this(role, content, Map.of()); }

    public static Message system(String content) { return new Message(Role.SYSTEM, content); }

    public static Message user(String content) { return new Message(Role.USER, content); }

    public static Message assistant(String content) { return new Message(Role.ASSISTANT, content); }
}
