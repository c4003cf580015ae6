package dev.hone.train;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What a data file was when the run read it.
 *
 * @param path the file as it was given
 * @param bytes its size
 * @param sha256 its SHA-256 in lower-case hexadecimal digits
 */
public record FileDigest(String path, long bytes, String sha256) {
    /**
     * Reads a file once and digests it.
     *
     * @throws java.io.UncheckedIOException when it cannot be read
     */
    public static FileDigest of(Path path) {
        try (InputStream raw = Files.newInputStream(path);
                DigestInputStream digested = new DigestInputStream(raw, newSha256())) {
            long bytes = digested.transferTo(OutputStream.nullOutputStream());
            return new FileDigest(path.toString(), bytes,
                    HexFormat.of().formatHex(digested.getMessageDigest().digest()));
        } catch (IOException failure) {
            throw RunFiles.unreadable(path, failure);
        }
    }

    /** Digests content that is at hand. */
    static FileDigest of(String path, byte[] content) {
        return new FileDigest(path, content.length, HexFormat.of().formatHex(newSha256().digest(content)));
    }

    static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
