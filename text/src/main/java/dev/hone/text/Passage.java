package dev.hone.text;

import java.util.List;
import java.util.stream.Collectors;

/** One part of a row of labelled data, a prompt or an answer to it: plain text, or turns that a chat template writes. */
public sealed interface Passage {
    /** The words alone, without any marks of a template. */
    String text();

    /** Whether nothing is said: an answer so cannot be learned from. */
    default boolean isBlank() {
        return text().isBlank();
    }

    /**
     * Text that is read as it is, with no template around it.
     *
     * @param text the text
     */
    record Plain(String text) implements Passage {}

    /**
     * Turns in order; none for a prompt that says nothing.
     *
     * @param messages the turns
     */
    record Dialogue(List<Message> messages) implements Passage {
        public Dialogue {
            messages = List.copyOf(messages);
        }

        @Override
        public String text() { return messages.stream().map(Message::content).collect(Collectors.joining("\n")); }

        /** A call of a tool says something without words. */
        @Override
        public boolean isBlank() {
            return messages.stream().allMatch(turn -> turn.content().isBlank() && turn.extras().isEmpty());
        }
    }

    /** One turn of the user. */
    static Passage user(String text) { return new Dialogue(List.of(Message.user(text))); }

    /** One turn of the assistant. */
    static Passage assistant(String text) {
        return new Dialogue(List.of(Message.assistant(text)));
    }
}
