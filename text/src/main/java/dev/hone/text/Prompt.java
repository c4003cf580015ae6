package dev.hone.text;

import java.util.List;
import java.util.Map;

/**
 * Something to answer, with what its row says beside it.
 *
 * @param conversation the turns before the answer
 * @param columns the other fields of the row as text, for rewards: a reference answer, a label; lists and objects as JSON
 * @param origin where the row stands
 */
public record Prompt(Conversation conversation, Map<String, String> columns, Origin origin) {
    public Prompt {
        columns = Map.copyOf(columns);
    }

    public List<Message> messages() { return conversation.messages(); }
}
