package dev.hone.cli;

import dev.hone.config.Config;
import dev.hone.config.ConfigReader;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The {@code hone} command: finds the command, reads its settings, runs it, and tells what went wrong. Exit codes: 0, 1 for a
 * failure of ours, 2 for a mistake of the user, 130 after Ctrl-C.
 */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        StandardError.restore();
        System.exit(run(List.of(args), Terminal.standard()));
    }

    /** Runs a command line with streams of choice, as a test does. */
    public static int run(List<String> args, InputStream in, PrintStream out, PrintStream err) {
        return run(args, Terminal.of(in, out, err));
    }

    private static int run(List<String> args, Terminal terminal) {
        try {
            return dispatch(args, terminal);
        } catch (OutputClosedException nobodyReads) {
            return 0;
        } catch (Throwable failure) { // the last stop: even an Error deserves words
            return Failure.of(failure).report(terminal.err(), System.getenv());
        } finally {
            terminal.out().flush();
            terminal.err().flush();
        }
    }

    private static int dispatch(List<String> args, Terminal terminal) {
        String first = args.isEmpty() ? "help" : args.getFirst();
        List<String> rest = args.isEmpty() ? args : args.subList(1, args.size());
        return switch (first) {
            case "help", "--help", "-h" -> help(rest.stream().findFirst(), terminal);
            case "version", "--version", "-V" -> version(terminal);
            default -> command(first, rest, terminal);
        };
    }

    private static int help(Optional<String> topic, Terminal terminal) {
        terminal.out().print(topic.isEmpty() ? Help.overview() : Help.of(find(topic.get()), terminal.width()));
        return 0;
    }

    private static int version(Terminal terminal) {
        terminal.result("hone " + Version.current());
        return 0;
    }

    private static int command(String name, List<String> words, Terminal terminal) {
        Command command = find(name);
        if (words.contains("--help") || words.contains("-h")) {
            return help(Optional.of(name), terminal);
        }
        Config config = ConfigReader.of(command.settings()).parse(command.flags(words));
        List<String> call = Stream.concat(Stream.of(name), words.stream()).toList();
        return command.run(new Call(config, call), terminal);
    }

    private static Command find(String name) {
        return Commands.find(name).orElseThrow(() -> UnknownNameException.command(name));
    }
}
