package dev.hone.cli;

import java.util.List;

/** One command of {@code hone}. Its settings are records: flags, keys of the configuration file, help and schema come from them. */
public interface Command {
    Manual manual();

    /** The records that {@link #run} takes from its configuration. */
    List<Class<? extends Record>> settings();

    /** The words after the command's name as flags: for a command that also takes words without a flag. */
    default List<String> flags(List<String> words) {
        return words;
    }

    /** @return the exit code; mistakes of the user are thrown */
    int run(Call call, Terminal terminal);
}
