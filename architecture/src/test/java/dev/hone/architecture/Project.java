package dev.hone.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files of the project, as they lie in the clone. */
final class Project {
    /** The modules whose code is the product, each a folder and a package of the same name. */
    static final List<String> MODULES = List.of("config", "text", "tensor", "objective", "model", "rollout", "reward",
            "train", "cli");

    private Project() {}

    static Path root() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("mvnw"))) {
                return folder;
            }
        }
        throw new IllegalStateException("no folder with mvnw above this one: run the tests inside the project");
    }

    /** Every main source of a module, sorted. */
    static List<Path> sources(String module) {
        return files(root().resolve(module).resolve("src/main/java"), ".java");
    }

    /** Every file below a folder with this ending, sorted. */
    static List<Path> files(Path folder, String ending) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A path from the root on, with slashes. */
    static String name(Path file) {
        return root().relativize(file).toString().replace('\\', '/');
    }
}
