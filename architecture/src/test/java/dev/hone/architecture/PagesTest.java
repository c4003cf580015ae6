package dev.hone.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.cli.Main;
import dev.hone.config.JsonSchema;
import dev.hone.objective.Objectives;
import dev.hone.train.ForecastSettings;
import dev.hone.train.LabelledSettings;
import dev.hone.train.Lessons;
import dev.hone.train.SftJob;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the pages point at is there. */
class PagesTest {
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#\\s]*)(?:#([^)\\s]+))?\\)");
    private static final Pattern SOURCE = Pattern.compile("`((?:[a-z]+/)+[A-Za-z0-9_.-]*)`");
    private static final Pattern COMMAND = Pattern.compile("(?:\\./|`)hone ([a-z]+)");
    private static final Pattern SETTING = Pattern.compile("--([a-z][a-z_]+)");

    static Stream<Path> pages() {
        Path root = Project.root();
        return Stream.concat(Stream.of(root.resolve("README.md"), root.resolve("CONTRIBUTING.md")),
                Project.files(root.resolve("docs"), ".md").stream());
    }

    @ParameterizedTest
    @MethodSource("pages")
    void linksLeadSomewhere(Path page) {
        List<String> broken = new ArrayList<>();
        Matcher links = LINK.matcher(Project.read(page));
        while (links.find()) {
            Path target = links.group(1).isEmpty() ? page : page.resolveSibling(links.group(1));
            if (!Files.exists(target) || links.group(2) != null && !anchors(target).contains(links.group(2))) {
                broken.add(links.group());
            }
        }
        assertThat(broken).isEmpty();
    }

    /** The names that a reader gives headings: lower case, blanks as hyphens, other signs left out. */
    private static List<String> anchors(Path page) {
        return Project.read(page).lines().filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void foldersOfModulesExist(Path page) {
        List<String> missing = SOURCE.matcher(Project.read(page)).results().map(match -> match.group(1))
                .filter(path -> Project.MODULES.contains(path.substring(0, path.indexOf('/')))
                        || path.startsWith("testkit/") || path.startsWith("docs/") || path.startsWith("examples/"))
                .filter(path -> !path.matches("(objective|train)/[a-z_]+")) // metrics
                .map(path -> path.replaceFirst("NAME$", ""))
                .filter(path -> !Files.exists(Project.root().resolve(path))).toList();
        assertThat(missing).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void settingsOfSftExist(Path page) {
        List<Class<? extends Record>> types = new ArrayList<>(SftJob.Settings.types());
        Set<String> others = Set.of();
        if (page.endsWith("data.md")) { // about hone data and hone score, too
            types.add(LabelledSettings.class);
            others = Set.of("kind", "reward");
        }
        if (page.endsWith("training.md")) { // about every command that trains, and hone plan
            types.add(ForecastSettings.class);
            Stream.concat(Objectives.all().stream(),
                    Objectives.online().stream().filter(entry -> !entry.beside().isEmpty()))
                    .forEach(entry -> types.addAll(Lessons.settings(entry)));
            others = Set.of("reward");
        }
        Set<String> known = others;
        String schema = types.stream().distinct().map(type -> JsonSchema.of(List.of(type)))
                .collect(Collectors.joining());
        List<String> unknown = Project.read(page).lines()
                .filter(line -> line.contains("hone sft") || page.endsWith("data.md") || page.endsWith("training.md"))
                .flatMap(line -> SETTING.matcher(line).results()).map(match -> match.group(1))
                .filter(name -> !known.contains(name) && !schema.contains("\"" + name + "\"")).toList();
        assertThat(unknown).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void commandsExist(Path page) {
        List<String> unknown = COMMAND.matcher(Project.read(page)).results().map(match -> match.group(1)).distinct()
                .filter(name -> !name.equals("help") && Main.run(List.of("help", name), InputStream.nullInputStream(),
                        silent(), silent()) != 0)
                .toList();
        assertThat(unknown).isEmpty();
    }

    private static PrintStream silent() { return new PrintStream(OutputStream.nullOutputStream()); }

    @Test
    void theReadmeIsReadInOneSitting() {
        assertThat(Project.read(Project.root().resolve("README.md")).lines()).hasSizeLessThanOrEqualTo(120);
    }
}
