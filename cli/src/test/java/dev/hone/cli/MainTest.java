package dev.hone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.config.ConfigReader;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MainTest {
    static Stream<Command> commands() { return Commands.all().stream(); }

    @Test
    void helpListsEveryCommandWithItsSummary() {
        Cli plain = Cli.run();
        assertThat(plain.code()).isZero();
        assertThat(plain.err()).isEmpty();
        assertThat(Cli.run("--help")).isEqualTo(plain);
        assertThat(Cli.run("help")).isEqualTo(plain);
        commands().forEach(command -> assertThat(plain.out()).contains("  " + command.manual().name() + " ",
                command.manual().summary()));
        assertThat(plain.out()).contains("Exit codes", "HONE_JAVA_HOME");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void helpOfACommandTellsPurposeExamplesAndEverySetting(Command command) {
        String name = command.manual().name();
        Cli help = Cli.run(name, "--help");
        assertThat(help.code()).isZero();
        assertThat(help.err()).isEmpty();
        assertThat(Cli.run("help", name)).isEqualTo(help);
        assertThat(Cli.run(name, "some", "words", "-h")).isEqualTo(help);
        assertThat(help.out()).contains(command.manual().summary(), "Usage: hone " + name, "Examples:");
        ConfigReader.of(command.settings()).keys().forEach(key -> assertThat(help.out()).contains("  --" + key));
        assertThat(help.out().lines()).allSatisfy(line -> assertThat(line.length()).isLessThan(140));
    }

    /** An example that does not work is worse than none: each must be read without a mistake. */
    @ParameterizedTest
    @MethodSource("commands")
    void theExamplesOfACommandAreRead(Command command) {
        assertThat(command.manual().examples()).isNotEmpty();
        for (String example : command.manual().examples()) {
            List<String> words = words(example.replaceAll(" > .*", ""));
            assertThat(words.subList(0, 2)).containsExactly("hone", command.manual().name());
            List<String> flags = command.flags(words.subList(2, words.size()));
            assertThat(ConfigReader.of(command.settings()).parse(flags)).isNotNull();
        }
    }

    /** As a shell splits them. */
    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher matcher = Pattern.compile("'([^']*)'|(\\S+)").matcher(line);
        while (matcher.find()) {
            words.add(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
        }
        return words;
    }

    @Test
    void anUnknownCommandGetsTheNearestName() {
        Cli wrong = Cli.run("scroe", "--model", "m");
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.out()).isEmpty();
        assertThat(wrong.err()).contains("no command 'scroe'", "Did you mean score?", "generate, chat")
                .doesNotContain("\tat ", "    at ");
        assertThat(Cli.run("help", "docter").err()).contains("Did you mean doctor?");
    }

    @Test
    void allMistakesOfACallAreToldAtOnce() {
        Cli wrong = Cli.run("score", "--modle", "m", "--max_length", "-3", "--dtype", "fp64", "--data", "x");
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.out()).isEmpty();
        assertThat(wrong.err()).contains("modle", "max_length", "found \"-3\"", "dtype", "fp64", "bf16 or fp32")
                .doesNotContain("Exception", "    at ");
    }

    @Test
    void versionPrintsTheVersionOfTheBuild() {
        Cli version = Cli.run("--version");
        assertThat(version.code()).isZero();
        assertThat(version.out()).matches("hone \\d+\\.\\d+.*\\R").doesNotContain("${");
        assertThat(Cli.run("version")).isEqualTo(version);
    }
}
