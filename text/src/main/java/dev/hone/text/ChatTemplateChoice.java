package dev.hone.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The chat template that a setting names. */
public final class ChatTemplateChoice {
    private ChatTemplateChoice() {}

    /**
     * Empty = the model's own, {@code none}, a built-in name, or a file.
     *
     * @param model the model's folder, whose special tokens the template writes
     * @return empty where texts are joined as they are
     * @throws DataException where a file cannot be read
     */
    public static Optional<ChatTemplate> of(Path model, String name) {
        if (name.isEmpty()) {
            return ChatTemplate.ofModelFolder(model);
        }
        if (name.equals("none")) {
            return Optional.empty();
        }
        ChatTemplate chosen = ChatTemplate.names().contains(name) ? ChatTemplate.named(name) : ofFile(Path.of(name));
        Vocabulary vocabulary = Vocabulary.read(model);
        Map<String, String> specialTokens = new TreeMap<>();
        vocabulary.roles()
                .forEach((role, id) -> vocabulary.token(id).ifPresent(token -> specialTokens.put(role, token)));
        return Optional.of(chosen.withSpecialTokens(specialTokens));
    }

    private static ChatTemplate ofFile(Path file) {
        try {
            return ChatTemplate.parse(Files.readString(file));
        } catch (IOException e) {
            throw new DataException(
                    "chat_template " + file + " cannot be read, expected a .jinja file, none, or one of "
                            + String.join(", ", ChatTemplate.names()),
                    e);
        }
    }
}
