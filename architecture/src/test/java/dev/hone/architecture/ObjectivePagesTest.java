package dev.hone.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.hone.objective.Objectives;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code docs/objectives} says what the records and their Javadoc say. With {@code -Dhone.docs=write} it is written anew. */
class ObjectivePagesTest {
    private static final String WRITE = "./mvnw -pl architecture -am test -Dtest=ObjectivePagesTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dhone.docs=write";
    private static final String INDEX = "README";

    /** Those on labelled data, and those on rewards that have a command. */
    static List<Objectives.Entry> objectives() {
        return Stream.concat(Objectives.all().stream(),
                Objectives.online().stream().filter(entry -> !entry.beside().isEmpty())).toList();
    }

    @ParameterizedTest
    @MethodSource("objectives")
    void isNotStale(Objectives.Entry entry) throws IOException { check(entry.name(), new ObjectivePage(entry).text()); }

    @Test
    void theIndexIsNotStale() throws IOException { check(INDEX, index()); }

    @Test
    void nothingElseLiesThere() {
        assumeFalse(writing(), "pages are being written");
        assertThat(Project.files(page(INDEX).getParent(), ".md")).extracting(file -> file.getFileName().toString())
                .containsExactlyInAnyOrderElementsOf(Stream.concat(Stream.of(INDEX),
                        objectives().stream().map(Objectives.Entry::name)).map(name -> name + ".md").toList());
    }

    private static void check(String name, String made) throws IOException {
        Path page = page(name);
        if (writing()) {
            Files.writeString(page, made + byHand(page));
        }
        assertThat(page).as("write it with " + WRITE).exists();
        assertThat(Project.read(page)).as("docs/objectives/" + name + ".md; write it anew with " + WRITE)
                .isEqualTo(made + byHand(page));
    }

    private static boolean writing() { return "write".equals(System.getProperty("hone.docs")); }

    /** What stands below the border. */
    private static String byHand(Path page) {
        String text = Files.exists(page) ? Project.read(page) : "";
        int border = text.indexOf(ObjectivePage.BORDER);
        return border < 0 ? "" : text.substring(border + ObjectivePage.BORDER.length());
    }

    private static Path page(String name) { return Project.root().resolve("docs/objectives").resolve(name + ".md"); }

    private static String index() {
        StringBuilder text = new StringBuilder(
                """
                        # Objectives

                        Each is one record in `objective/`, a short file to be held beside its paper; its components are its settings. These pages are made from the records and
                        their Javadoc; what they have below the last line of the made part is written by hand.

                        | name | in short | reads | needs, with its defaults |
                        |---|---|---|---|
                        """);
        for (Objectives.Entry entry : objectives()) {
            ObjectivePage page = new ObjectivePage(entry);
            text.append("| [").append(entry.name()).append("](").append(entry.name()).append(".md) | ")
                    .append(entry.summary()).append(" | ").append(page.signals()).append(" | ").append(page.needs())
                    .append(" |\n");
        }
        return text
                .append("""

                        How a loss adds up over micro-batches, and what the settings of the trainer around it are: [training.md](../training.md). How to add one:
                        [CONTRIBUTING.md](../../CONTRIBUTING.md#add-an-objective).

                        """)
                .append(ObjectivePage.BORDER).toString();
    }
}
