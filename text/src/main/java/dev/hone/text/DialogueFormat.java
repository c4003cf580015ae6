package dev.hone.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Dialogues written as one text in which marks begin the turns: how such a text is split into turns. */
public enum DialogueFormat {
    /** Texts are left as they are. */
    NONE("", ""),
    /** Anthropic's HH-RLHF: turns after {@code \n\nHuman:} and {@code \n\nAssistant:}. */
    HH("\n\nHuman:", "\n\nAssistant:"),
    /** LMFlow's form of the same data: turns after {@code ###Human:} and {@code ###Assistant:}, no newline between turns. */
    HASHES("###Human:", "###Assistant:");

    private final String user;
    private final String assistant;

    DialogueFormat(String user, String assistant) {
        this.user = user;
        this.assistant = assistant;
    }

    /** The marks, as shown in messages. */
    String marks() {
        return (user + " … " + assistant + " …").replace("\n", "\\n");
    }

    /**
     * The turns of a text, each without the blanks around it; empty when the text does not begin with a mark. A last turn
     * without text is left out: it only opens a reply.
     */
    public Optional<List<Message>> split(String text) {
        // The blank lines before the first mark are often missing from files.
        String whole = "\n\n".substring(0, user.length() - user.stripLeading().length()) + text.stripLeading();
        if (this == NONE || !whole.startsWith(user) && !whole.startsWith(assistant)) {
            return Optional.empty();
        }
        List<Message> messages = new ArrayList<>();
        int at = 0;
        while (at < whole.length()) {
            Role role = whole.startsWith(user, at) ? Role.USER : Role.ASSISTANT;
            int start = at + (role == Role.USER ? user : assistant).length();
            at = nextMark(whole, start);
            messages.add(new Message(role, whole.substring(start, at).strip()));
        }
        if (messages.size() > 1 && messages.getLast().content().isEmpty()) {
            messages.removeLast();
        }
        return Optional.of(messages);
    }

    private int nextMark(String text, int from) {
        int nextUser = text.indexOf(user, from);
        int nextAssistant = text.indexOf(assistant, from);
        int next = nextUser < 0 ? nextAssistant : nextAssistant < 0 ? nextUser : Math.min(nextUser, nextAssistant);
        return next < 0 ? text.length() : next;
    }
}
