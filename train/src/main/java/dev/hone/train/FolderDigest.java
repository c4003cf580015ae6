package dev.hone.train;

import dev.hone.model.AdapterFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.stream.Stream;

/** A model's or adapter's folder in a few words: equal exactly when configuration and weights are. */
final class FolderDigest {
    private FolderDigest() {}

    /** The SHA-256 of the digests of the configurations and all weights. */
    static String of(Path folder) {
        MessageDigest digest = FileDigest.newSha256();
        add(folder, digest);
        return HexFormat.of().formatHex(digest.digest());
    }

    static void add(Path folder, MessageDigest digest) {
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(file -> file.toString().endsWith(".safetensors") || file.endsWith("config.json")
                    || file.endsWith(AdapterFolder.CONFIG)).sorted()
                    .forEach(file -> digest.update(FileDigest.of(file).sha256().getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }
}
