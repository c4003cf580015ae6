package dev.hone.cli;

import dev.hone.config.Nearest;
import dev.hone.model.ModelException;
import dev.hone.text.DataException;
import dev.hone.text.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/** A chat: lines in, replies out, and a few commands that begin with a slash. */
final class ChatSession {
    private static final String HELP = """
            /reset        begin anew
            /system TEXT  begin anew with a system message; without TEXT with none
            /save FILE    append the chat to a file, as a row of JSON Lines to train on
            /help         this list
            /exit         leave, as Ctrl-D does; Ctrl-C stops a reply
            A line that ends with \\ goes on in the next one.""";
    private static final List<String> COMMANDS = List.of("/reset", "/system", "/save", "/help", "/exit");

    private final ChatHistory history;
    private final ChatReplies replies;
    private final Terminal terminal;

    ChatSession(ChatHistory history, ChatReplies replies, Terminal terminal) {
        this.history = history;
        this.replies = replies;
        this.terminal = terminal;
    }

    /** Until the input ends. @return the exit code */
    int run() {
        while (true) {
            Optional<String> line = read();
            if (line.isEmpty() || line.get().strip().equals("/exit")) {
                return 0;
            }
            if (line.get().startsWith("/")) {
                command(line.get().strip());
            } else if (!line.get().isBlank()) {
                Optional<Integer> end = answer(line.get());
                if (end.isPresent()) {
                    return end.get();
                }
            }
        }
    }

    private Optional<String> read() {
        StringBuilder text = new StringBuilder();
        while (true) {
            if (terminal.interactive()) {
                terminal.show(text.isEmpty() ? "\n> " : "  ");
            }
            Optional<String> line = terminal.readLine();
            if (line.isEmpty()) {
                return text.isEmpty() ? line : Optional.of(text.toString());
            }
            boolean goesOn = line.get().endsWith("\\");
            text.append(goesOn ? line.get().substring(0, line.get().length() - 1) + "\n" : line.get());
            if (!goesOn) {
                return Optional.of(text.toString());
            }
        }
    }

    private Optional<Integer> answer(String question) {
        history.add(Message.user(question));
        try {
            ChatReplies.Reply reply = replies.to(history);
            history.add(Message.assistant(reply.text()));
            return reply.exitCode();
        } catch (DataException | ModelException refused) {
            history.undo();
            terminal.note("(not answered: " + refused.getMessage() + ")");
            return Optional.empty();
        }
    }

    private void command(String line) {
        int space = line.indexOf(' ');
        String name = space < 0 ? line : line.substring(0, space);
        String rest = space < 0 ? "" : line.substring(space + 1).strip();
        switch (name) {
            case "/reset" -> {
                history.reset();
                terminal.note("(begun anew)");
            }
            case "/system" -> {
                history.system(rest);
                terminal.note(
                        rest.isEmpty() ? "(begun anew without a system message)" : "(begun anew with: " + rest + ")");
            }
            case "/save" -> save(rest);
            case "/help" -> terminal.note(HELP);
            default -> terminal.note("(there is no command " + name + Nearest.of(name, COMMANDS)
                    .map(near -> "; did you mean " + near + "?").orElse("; /help lists them") + ")");
        }
    }

    private void save(String name) {
        if (name.isEmpty() || history.isEmpty()) {
            terminal.note(name.isEmpty() ? "(name a file: /save chat.jsonl)" : "(there is nothing to save yet)");
            return;
        }
        try {
            Files.writeString(Path.of(name), json() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            terminal.note("(saved: a row of " + name + ")");
        } catch (IOException | InvalidPathException e) {
            terminal.note("(not saved: " + name + " cannot be written, " + e + "; choose another file)");
        }
    }

    private String json() {
        return new JsonMapper().writeValueAsString(
                Map.of("messages", history.messages().stream().map(ChatSession::json).toList()));
    }

    private static Map<String, String> json(Message message) {
        Map<String, String> turn = new LinkedHashMap<>();
        turn.put("role", message.role().text());
        turn.put("content", message.content());
        return turn;
    }
}
