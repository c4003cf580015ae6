package dev.hone.train;

import dev.hone.model.AdapterFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code manifest.json} of a checkpoint, written last: the step, and every other file with its size and SHA-256.
 *
 * @param step the step of the checkpoint
 * @param files the files; paths are names in the checkpoint's folder
 */
record CheckpointManifest(long step, List<FileDigest> files) {
    static final String FILE = "manifest.json";
    static final String MODEL = "model.safetensors";
    /** Instead of {@link #MODEL}, where an adapter trains: the checkpoint is then an adapter's folder. */
    static final String ADAPTER = AdapterFolder.WEIGHTS;
    static final String OPTIMIZER = "optimizer.safetensors";
    static final String STATE = "state.json";
    /** What every checkpoint has, the manifest aside. */
    static final List<String> REQUIRED = List.of(MODEL, OPTIMIZER, STATE);

    private static final int FORMAT = 1;
    private static final String ADVICE = "The checkpoint is damaged or was edited: take another one.";

    CheckpointManifest {
        files = List.copyOf(files);
    }

    /** The file that holds what was trained. */
    static String weights(Set<String> names) {
        return names.contains(AdapterFolder.CONFIG) ? ADAPTER : MODEL;
    }

    String weights() { return weights(files.stream().map(FileDigest::path).collect(Collectors.toSet())); }

    byte[] json() {
        ObjectNode root = CheckpointJson.MAPPER.createObjectNode();
        root.put("format", FORMAT).put("step", step);
        ArrayNode list = root.putArray("files");
        files.forEach(file -> list.addObject().put("name", file.path()).put("bytes", file.bytes())
                .put("sha256", file.sha256()));
        return CheckpointJson.bytes(root);
    }

    /** @throws CheckpointException when it is missing, torn, of another format, or lacks a file that a checkpoint has */
    static CheckpointManifest read(Path folder) {
        Path file = folder.resolve(FILE);
        CheckpointJson root = CheckpointJson.parse(content(file), file);
        long format = root.count("format");
        if (format != FORMAT) {
            throw CheckpointException.of("checkpoint format " + format, "format " + FORMAT, file,
                    "It was written by another version of Hone: resume with that one.");
        }
        Set<String> names = new HashSet<>();
        for (CheckpointJson entry : root.list("files")) {
            names.add(plainName(entry.text("name"), file));
        }
        for (String required : REQUIRED) {
            boolean instead = required.equals(MODEL) && names.contains(ADAPTER);
            if (!names.contains(required) && !instead) {
                throw CheckpointException.of("no " + required + " listed", "all of " + REQUIRED, file, ADVICE);
            }
        }
        List<FileDigest> files = new ArrayList<>();
        root.list("files").forEach(entry -> files.add(new FileDigest(entry.text("name"), entry.count("bytes"),
                entry.text("sha256"))));
        return new CheckpointManifest(root.count("step"), files);
    }

    /** @throws CheckpointException at the first file that is not what it was when written */
    void verify(Path folder) {
        // Sizes cost nothing and catch what a crash tore; the digests read every byte.
        files.forEach(written -> requireSize(written, folder.resolve(written.path())));
        files.forEach(written -> requireDigest(written, folder.resolve(written.path())));
    }

    private static void requireSize(FileDigest written, Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw CheckpointException.of("no such file", "a file of " + written.bytes() + " bytes", file, ADVICE);
            }
            long bytes = Files.size(file);
            if (bytes != written.bytes()) {
                throw CheckpointException.of(bytes + " bytes", "the " + written.bytes() + " bytes that were written",
                        file, ADVICE);
            }
        } catch (IOException failure) {
            throw CheckpointDisk.failure(RunFiles.unreadable(file, failure));
        }
    }

    private static void requireDigest(FileDigest written, Path file) {
        try {
            String sha256 = FileDigest.of(file).sha256();
            if (!sha256.equals(written.sha256())) {
                throw CheckpointException.of("the SHA-256 " + sha256, written.sha256() + " as it was written", file,
                        ADVICE);
            }
        } catch (UncheckedIOException failure) {
            throw CheckpointDisk.failure(failure);
        }
    }

    static byte[] content(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException failure) {
            throw CheckpointDisk.failure(RunFiles.unreadable(file, failure));
        }
    }

    /** A name that stays in its folder. */
    static boolean plain(String name) {
        return name.matches("[A-Za-z0-9_][A-Za-z0-9._-]{0,199}");
    }

    private static String plainName(String name, Path file) {
        if (!plain(name)) {
            throw CheckpointException.of("a file name with other than letters, digits, '.', '_' and '-'",
                    "the name of a file in the same folder", file, ADVICE);
        }
        return name;
    }
}
