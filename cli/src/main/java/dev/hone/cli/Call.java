package dev.hone.cli;

import dev.hone.config.Config;
import java.util.List;

/**
 * One use of a command.
 *
 * @param config its settings
 * @param words the command line that gave them, from the command's name on
 */
public record Call(Config config, List<String> words) {
    public Call {
        words = List.copyOf(words);
    }

    <R extends Record> R get(Class<R> type) { return config.get(type); }
}
