package dev.hone.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where the golden fixtures lie: the folder of the environment variable {@code HONE_GOLDEN} when it is set, else the
 * copies in this module. Both have one layout, and nothing about a fixture may be hard-coded in a test.
 */
public final class Golden {
    private static final JsonMapper JSON = new JsonMapper();

    private Golden() {}

    /** The root folder of the fixtures. */
    public static Path root() {
        String chosen = System.getenv("HONE_GOLDEN");
        if (chosen != null && !chosen.isBlank()) {
            return Path.of(chosen);
        }
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path candidate = folder.resolve("testkit/src/main/resources/golden");
            if (Files.isDirectory(candidate)) {
                return candidate;
            }
        }
        throw new IllegalStateException("no golden folder: run the tests inside the project or set HONE_GOLDEN");
    }

    /** A file or folder below the root, for example {@code path("models", "llama")}. */
    public static Path path(String first, String... more) {
        return Stream.of(more).reduce(root().resolve(first), Path::resolve, Path::resolve);
    }

    /** The sorted sub-folders of a folder below the root, for example every tokenizer of {@code folders("tokenizers")}. */
    public static List<Path> folders(String name) {
        try (Stream<Path> children = Files.list(root().resolve(name))) {
            return children.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A JSON file read whole. */
    public static JsonNode json(Path file) { return JSON.readTree(file.toFile()); }
}
