package dev.hone.text;

import java.util.Locale;
import java.util.Optional;

/** Who speaks in a {@link Message}. */
public enum Role {
    SYSTEM, USER, ASSISTANT, TOOL;

    /** The name that chat templates and data files use, in lower case. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The role of a name in a data file; knows the aliases in use: human, gpt, bot, model, prompter, developer, function. */
    public static Optional<Role> of(String name) {
        return Optional.ofNullable(switch (name.toLowerCase(Locale.ROOT)) {
            case "system", "developer" -> SYSTEM;
            case "user", "human", "prompter" -> USER;
            case "assistant", "gpt", "bot", "model" -> ASSISTANT;
            case "tool", "function", "observation", "ipython" -> TOOL;
            default -> null;
        });
    }
}
