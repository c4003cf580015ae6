package dev.hone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script in the root of the repository, with JDKs and a Maven that only print how they were called. */
class LauncherTest {
    private static final List<String> TOOLS = List.of("sh", "sed", "head", "readlink", "dirname", "cat", "find", "grep",
            "tail", "tee", "mkdir", "rm", "env");
    private static final String FAKE_JAVA = """
            #!/bin/sh
            if [ "$1" = -version ]; then echo 'openjdk version "26.0.1" 2026-03-17' >&2; exit 0; fi
            echo "java of $0"
            for word in "$@"; do echo "<$word>"; done
            echo "a warning of the JVM" >&2
            if (: >&3) 2>/dev/null; then echo "words of Hone" >&3; fi
            """;

    @TempDir
    Path temporary;
    private Path root;
    private Path tools;
    private final Map<String, String> environment = new HashMap<>();

    private record Ran(int code, String out, String err) {}

    @BeforeEach
    void copyOfTheScript() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "no POSIX shell");
        root = Files.createDirectories(temporary.resolve("a clone with spaces"));
        tools = Files.createDirectories(temporary.resolve("tools"));
        for (String tool : TOOLS) {
            Path there = Stream.of("/usr/bin", "/bin").map(Path::of).map(folder -> folder.resolve(tool))
                    .filter(Files::isExecutable).findFirst().orElseThrow();
            Files.createSymbolicLink(tools.resolve(tool), there);
        }
        Files.copy(script(), root.resolve("hone"));
        executable(root.resolve("hone"));
        Files.writeString(root.resolve("pom.xml"), "<project/>");
        source("config");
        Files.createDirectories(root.resolve("cli/target/classes"));
        writeClasspath(Instant.now());
        environment.putAll(Map.of("PATH", tools.toString(), "HOME", temporary.resolve("home").toString(),
                "HONE_JDK_FOLDERS", "", "LC_ALL", "C.UTF-8"));
    }

    private static Path script() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.isRegularFile(folder.resolve("hone"))) {
                return folder.resolve("hone");
            }
        }
        throw new IllegalStateException("no launcher above the working directory");
    }

    private Path source(String module) throws IOException {
        Path source = Files.createDirectories(root.resolve(module + "/src/main")).resolve("A.java");
        Files.writeString(source, "class A {}");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().minusSeconds(100)));
        Files.setLastModifiedTime(root.resolve("pom.xml"), FileTime.from(Instant.now().minusSeconds(100)));
        return source;
    }

    private void writeClasspath(Instant time) throws IOException {
        Path jar = Files.writeString(root.resolve("library.jar"), "");
        Path file = Files.writeString(root.resolve("cli/target/classpath"), jar + ":" + jar);
        Files.setLastModifiedTime(file, FileTime.from(time));
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Path jdk(String name, String version) throws IOException {
        Path home = Files.createDirectories(temporary.resolve(name));
        Files.createDirectories(home.resolve("bin"));
        for (String tool : List.of("java", "javac")) {
            executable(Files.writeString(home.resolve("bin").resolve(tool), FAKE_JAVA));
        }
        if (!version.isEmpty()) {
            Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\n");
        }
        return home;
    }

    private Ran run(Path script, Path folder, String... words) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                Stream.concat(Stream.of("/bin/sh", script.toString()), Stream.of(words)).toList());
        builder.environment().clear();
        builder.environment().putAll(environment);
        Path err = temporary.resolve("err.txt");
        Process process = builder.directory(folder.toFile()).redirectError(err.toFile()).start();
        try (InputStream out = process.getInputStream()) {
            String text = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            return new Ran(process.waitFor(), text, Files.readString(err));
        }
    }

    private Ran hone(String... words) throws IOException, InterruptedException {
        return run(root.resolve("hone"), temporary, words);
    }

    @Test
    void withoutAJdkItSaysHowToGetOne() throws Exception {
        Ran ran = hone("doctor");
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).contains("no JDK 25 or newer found", "adoptium.net", "HONE_JAVA_HOME=");
    }

    @Test
    void theNamedJdkIsTakenAndEveryWordArrives() throws Exception {
        environment.put("HONE_JAVA_HOME", jdk("my jdk", "25.0.3").toString());
        environment.put("HONE_HEAP", "3g");
        environment.put("HONE_JAVA_OPTS", "-Done=1 -Dtwo=2");
        Ran ran = hone("data", "--prompt", "two words", "", "*", "$HOME", "-Xmx1k");
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains("my jdk/bin/java", "<--enable-native-access=ALL-UNNAMED>", "<-Xmx3g>",
                "<-Done=1>\n<-Dtwo=2>",
                "<" + root + "/cli/target/classes:" + root + "/library.jar:");
        assertThat(ran.out()).endsWith("""
                <dev.hone.cli.Main>
                <data>
                <--prompt>
                <two words>
                <>
                <*>
                <$HOME>
                <-Xmx1k>
                """).doesNotContain("jdk.incubator.vector");
        assertThat(ran.err()).isEqualTo("a warning of the JVM\n");
    }

    @Test
    void aNamedFolderThatIsNoSuitableJdkIsAMistake() throws Exception {
        environment.put("JAVA_HOME", jdk("good", "25").toString());
        environment.put("HONE_JAVA_HOME", jdk("old", "21.0.1").toString());
        Ran old = hone("doctor");
        assertThat(old.code()).isEqualTo(2);
        assertThat(old.err()).contains("old, which is JDK 21;", "expected JDK 25");
        environment.put("HONE_JAVA_HOME", temporary.resolve("nothing").toString());
        assertThat(hone("doctor").err()).contains("nothing, which is no JDK;");
    }

    @Test
    void oldOnesArePassedOverAndTheVersionIsAskedWhereNoFileTellsIt() throws Exception {
        environment.put("JAVA_HOME", jdk("old", "1.8.0_402").toString());
        jdk("jdks/a", "17.0.9");
        jdk("jdks/b", "");
        environment.put("HONE_JDK_FOLDERS", temporary.resolve("jdks/a") + " " + temporary.resolve("jdks/b"));
        Ran ran = hone("doctor");
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains("jdks/b/bin/java");
    }

    @Test
    void theJavaOfThePathIsFollowedToItsHome() throws Exception {
        Files.createSymbolicLink(tools.resolve("java"), jdk("linked", "27").resolve("bin/java"));
        assertThat(hone("doctor").out()).contains("linked/bin/java");
    }

    @Test
    void itWorksThroughASymbolicLinkAndFromAnywhere() throws Exception {
        environment.put("JAVA_HOME", jdk("good", "25").toString());
        Path bin = Files.createDirectories(temporary.resolve("bin"));
        Files.createSymbolicLink(bin.resolve("once"), Path.of("../a clone with spaces/hone"));
        Files.createSymbolicLink(bin.resolve("hone"), Path.of("once"));
        Ran ran = run(bin.resolve("hone"), bin, "version");
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains(root + "/cli/target/classes", "<version>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sft", "quickstart", "generate", "chat", "score", "dpo", "kto", "reward", "prm"})
    void whereAModelRunsTheWarningOfTheJvmIsKeptAway(String command) throws Exception {
        environment.put("JAVA_HOME", jdk("good", "25").toString());
        Ran ran = hone(command, "--out", "x");
        assertThat(ran.out()).contains("<--add-modules=jdk.incubator.vector>", "<-Dhone.stderr=3>");
        assertThat(ran.err()).isEqualTo("words of Hone\n");
    }

    @Test
    void whatIsMissingOrOlderThanItsSourcesIsBuilt() throws Exception {
        environment.put("JAVA_HOME", jdk("good", "25").toString());
        executable(Files.writeString(tools.resolve("mvn"), """
                #!/bin/sh
                if [ "$1" = --version ]; then echo "Apache Maven 3.9.9 (x)"; exit 0; fi
                echo "[INFO] Building hone-text 0.1.0-SNAPSHOT                       [3/9]"
                echo "[INFO] Downloaded from central: https://x/y/pytorch-2.10.0.jar (310 MB at 20 MB/s)"
                echo "mvn $* with $JAVA_HOME" > mvn.txt
                echo "$PWD/library.jar" > cli/target/classpath
                """));
        assertThat(hone("version").err()).isEqualTo("a warning of the JVM\n");
        Files.setLastModifiedTime(source("config"), FileTime.from(Instant.now().plusSeconds(5)));
        Ran again = hone("version");
        assertThat(again.code()).isZero();
        assertThat(again.err()).contains("building again", "hone: building hone-text [3/9]",
                "fetched pytorch-2.10.0.jar (310 MB)");
        assertThat(again.out()).contains("<version>").doesNotContain("INFO");
        assertThat(Files.readString(root.resolve("mvn.txt"))).contains(
                "-Dmaven.test.skip=true -pl cli -am process-test-classes",
                "with " + temporary.resolve("good"));
        source("config");
        environment.put("HONE_BUILD_OPTS", "-Pcuda -Dx=y");
        assertThat(hone("version").err()).contains("building again");
        environment.remove("HONE_BUILD_OPTS");
        assertThat(hone("version").err()).doesNotContain("building");
        Files.delete(root.resolve("library.jar"));
        assertThat(hone("version").err()).contains("building again");
        assertThat(Files.readString(root.resolve("mvn.txt"))).contains("-Pcuda -Dx=y -pl cli");
    }

    @Test
    void aBuildThatFailsShowsItsErrors() throws Exception {
        environment.put("JAVA_HOME", jdk("good", "25").toString());
        Files.delete(root.resolve("cli/target/classpath"));
        Files.delete(root.resolve("cli/target/classes"));
        executable(Files.writeString(root.resolve("mvnw"), """
                #!/bin/sh
                echo "[INFO] noise"
                echo "[ERROR] no space left"
                exit 1
                """));
        executable(Files.writeString(tools.resolve("mvn"), "#!/bin/sh\necho 'Apache Maven 3.6.3 (too old)'\n"));
        Ran ran = hone("version");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).contains("first build", "[ERROR] no space left", "build.log").doesNotContain("noise");
    }
}
