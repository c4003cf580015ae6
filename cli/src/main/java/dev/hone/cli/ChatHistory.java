package dev.hone.cli;

import dev.hone.text.Message;
import dev.hone.text.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What was said so far. */
final class ChatHistory {
    private Optional<String> system;
    private final List<Message> turns = new ArrayList<>();

    ChatHistory(Optional<String> system) { this.system = system; }

    void add(Message turn) { turns.add(turn); }

    /** Forgets all turns; the system message stays. */
    void reset() { turns.clear(); }

    /** Begins anew under another system message; an empty one is none. */
    void system(String text) {
        system = Optional.of(text).filter(each -> !each.isEmpty());
        turns.clear();
    }

    /** Takes the last turn back. */
    void undo() { turns.removeLast(); }

    /** Forgets the oldest question and its answer, unless only the last question is left. */
    boolean forgetOldest() {
        if (turns.size() < 2) {
            return false;
        }
        do {
            turns.removeFirst();
        } while (turns.size() > 1 && turns.getFirst().role() != Role.USER);
        return true;
    }

    boolean isEmpty() { return turns.isEmpty(); }

    List<Message> messages() {
        List<Message> messages = new ArrayList<>();
        system.ifPresent(text -> messages.add(Message.system(text)));
        messages.addAll(turns);
        return List.copyOf(messages);
    }

    /** The question that waits for its answer. */
    Message last() { return turns.getLast(); }
}
