package dev.hone.config;

import static dev.hone.config.ConfigReaderTest.onlyProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.hone.config.Samples.Smoothing;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class YamlFileTest {
    private static final ConfigReader READER = ConfigReader.of(Smoothing.class);
    @TempDir
    Path folder;
    private Path file;

    @BeforeEach
    void name() { file = folder.resolve("run.yaml"); }

    @Test
    void aMissingFile() {
        assertThat(onlyProblem(() -> READER.read(file)).text())
                .isEqualTo("config: found no such file, expected a YAML or JSON file ("
                        + file + "). Check the path; a configuration file is optional.");
    }

    @Test
    void aMissingFileDoesNotMakeRequiredKeysMissing() {
        Problem problem = onlyProblem(() -> Samples.reader().parse(List.of(file.toString())));
        assertThat(problem.found()).isEqualTo("no such file");
    }

    @Test
    void aFolder() { assertThat(onlyProblem(() -> READER.read(folder)).found()).isEqualTo("a folder"); }

    @Test
    void bytesThatAreNotUtf8() throws Exception {
        Files.write(file, new byte[]{'a', ':', ' ', (byte) 0xff, (byte) 0xfe});
        assertThat(onlyProblem(() -> READER.read(file)).found()).isEqualTo("bytes that are not UTF-8");
        Files.write(file, "label_smoothing: 0".getBytes(StandardCharsets.UTF_16));
        assertThat(onlyProblem(() -> READER.read(file)).advice()).isEqualTo("Save the file as UTF-8.");
    }

    @Test
    void controlCharacters() throws Exception {
        Files.writeString(file, "label_smoothing: \u0000");
        assertThat(onlyProblem(() -> READER.read(file)).key()).isEqualTo("config");
    }

    @Test
    void aFileThatIsTooLarge() throws Exception {
        Files.writeString(file, "# " + "x".repeat(1 << 20) + "\n");
        assertThat(onlyProblem(() -> READER.read(file)).found()).isEqualTo("more than 1 MiB");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"'a: [1, 2' | 1", "'label_smoothing: 0\n  b: 1' | 2",
            "'label_smoothing: 0\n\t- x' | 2",
            "'label_smoothing: 0\n---\nlabel_smoothing: 1' | 2", "'label_smoothing: \"open' | 1",
            "'label_smoothing: 0\n@x' | 2"})
    void brokenSyntaxIsNamedWithItsLine(String yaml, int line) throws Exception {
        Files.writeString(file, yaml);
        Problem problem = onlyProblem(() -> READER.read(file));
        assertThat(problem.key()).isEqualTo("config");
        assertThat(problem.where()).isEqualTo(file + ":" + line);
        assertThat(problem.found()).isNotBlank();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"'- a\n- b' | a list of 2", "hello | the text \"hello\"", "3 | 3"})
    void aFileWithoutKeys(String yaml, String found) throws Exception {
        Files.writeString(file, yaml);
        Problem problem = onlyProblem(() -> READER.read(file));
        assertThat(problem.found()).isEqualTo(found);
        assertThat(problem.expected()).startsWith("keys with values");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{a: ", "- ", "? ", "[{a: "})
    void hugeNestingIsRefusedBeforeTheStackOverflows(String opening) throws Exception {
        Files.writeString(file, opening.repeat(150_000));
        Problem problem = assertTimeoutPreemptively(Duration.ofSeconds(20), () -> onlyProblem(() -> READER.read(file)));
        assertThat(problem.found()).isEqualTo("more than 32 nested levels");
        assertThat(problem.where()).endsWith(":1");
    }

    @Test
    void aliasesAreRefused() throws Exception {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x]\n");
        for (int i = 1; i < 60; i++) {
            bomb.append("a").append(i).append(": &a").append(i).append(" [*a").append(i - 1).append(", *a")
                    .append(i - 1).append("]\n");
        }
        Files.writeString(file, bomb);
        Problem problem = onlyProblem(() -> READER.read(file));
        assertThat(problem.found()).isEqualTo("the alias *a0");
        assertThat(problem.where()).endsWith(":2");
    }

    @Test
    void oddKeysAreUnknownKeys() throws Exception {
        Files.writeString(file, "? [1, 2]\n: 3\n1: 2\ntrue: 1\nnull: 4\n");
        assertThat(ConfigReaderTest.problems(() -> READER.read(file))).extracting(Problem::key)
                .containsExactly("a list of 2", "1", "true", "null");
    }

    @Test
    void messagesStayShortAndHoldNoControlCharacters() throws Exception {
        Files.writeString(file,
                "label_smoothing: \"" + "\\e[31m\\u202e".repeat(500) + "\"\n" + "k".repeat(900) + ": 1\n");
        for (Problem problem : ConfigReaderTest.problems(() -> READER.read(file))) {
            assertThat(problem.text()).hasSizeLessThan(500).doesNotContainPattern("[\\p{Cntrl}\\u202e]");
        }
    }

    @Test
    void twentyThousandUnknownKeysTakeSeconds() throws Exception {
        StringBuilder yaml = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            yaml.append("k").append(i).append(": 1\n");
        }
        Files.writeString(file, yaml);
        assertTimeoutPreemptively(Duration.ofSeconds(20),
                () -> assertThat(ConfigReaderTest.problems(() -> READER.read(file))).hasSize(20_000));
    }

    /** Whatever is written, the answer is records or a ConfigException. */
    @Test
    void randomTextNeverGivesAnotherException() throws Exception {
        String[] parts = {"label_smoothing", ": ", "0.5", "\n", "  ", "- ", "[", "]", "{", "}", "\"", "'", "&a ", "*a",
                "!t ", "|\n", ">", "#", ",", "? ",
                "---\n", "...\n", "%YAML 1.2\n", "\t", "é", "\\x", "null", "1e5", "<<", "@", "`", "\u0085", "=",
                "!!int ", "!!map ", "!!str "};
        Random random = new Random(5);
        for (int round = 0; round < 1500; round++) {
            StringBuilder yaml = new StringBuilder(round % 2 == 0 ? "label_smoothing: " : "");
            for (int i = random.nextInt(14); i >= 0; i--) {
                yaml.append(parts[random.nextInt(parts.length)]);
            }
            Files.writeString(file, yaml);
            try {
                assertThat(READER.read(file).get(Smoothing.class).labelSmoothing()).isBetween(0.0, 1.0);
            } catch (ConfigException refused) {
                assertThat(refused.problems()).allSatisfy(problem -> assertThat(problem.where()).isNotBlank());
            }
        }
    }
}
