package dev.hone.cli;

import dev.hone.config.HelpText;
import java.util.Locale;

/** What {@code hone help} prints. */
final class Help {
    private Help() {}

    /** All commands and what holds for each of them. */
    static String overview() {
        StringBuilder text = new StringBuilder("""
                hone: post-training of language models on the JVM

                Usage: hone COMMAND [config.yaml] [--key value …]

                Commands:
                """);
        Commands.all().forEach(command -> line(text, command.manual().name(), command.manual().summary()));
        line(text, "help", "this page, or hone help COMMAND: what a command does, with all its settings");
        line(text, "version", "the version");
        return text.append("""

                Every setting is a flag (--max_length 512) and a key of the YAML file (max_length: 512); a flag wins.
                Models are folders in Hugging Face format: config.json, *.safetensors, tokenizer.json.

                Results go to standard output, everything else to standard error. Exit codes: 0 done, 1 a failure of
                Hone, 2 a mistake in the call, its settings or its files, 130 stopped with Ctrl-C.

                Environment: HONE_JAVA_HOME (the JDK to use), HONE_HEAP (Java heap, such as 4g), HONE_JAVA_OPTS
                (further JVM options), HONE_BUILD_OPTS (Maven options of the build, such as -Pcuda), HONE_DEBUG=1
                (stack traces of all errors).
                """).toString();
    }

    private static void line(StringBuilder text, String name, String summary) {
        text.append(String.format(Locale.ROOT, "  %-11s %s%n", name, summary));
    }

    /** One command: purpose, examples, settings with their defaults. */
    static String of(Command command, int width) {
        Manual manual = command.manual();
        StringBuilder text = new StringBuilder("hone " + manual.name() + ": " + manual.summary() + "\n\n"
                + manual.purpose().strip() + "\n\nUsage: hone " + manual.name() + " " + manual.usage()
                + "\n\nExamples:\n");
        manual.examples().forEach(example -> text.append("  ").append(example).append('\n'));
        return text.append("\n").append(HelpText.of(width, command.settings())).toString();
    }
}
