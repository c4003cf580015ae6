package dev.hone.cli;

import java.util.List;

/**
 * What a user reads about a command.
 *
 * @param name the word after {@code hone}
 * @param summary in a few words, for the list of commands
 * @param usage how a call looks, without {@code hone} and the name
 * @param purpose what it does and what comes out, in a few sentences
 * @param examples whole command lines that work
 */
public record Manual(String name, String summary, String usage, String purpose, List<String> examples) {
    public Manual {
        examples = List.copyOf(examples);
    }
}
