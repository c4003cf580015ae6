package dev.hone.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/** Writing a run's files: whole or not at all, and with errors that say what to do. */
final class RunFiles {
    private RunFiles() {}

    /** Replaces a file in one step: a reader sees the old content or the new one, never a part. */
    static void replace(Path path, byte[] content) {
        Path target = path.toAbsolutePath();
        createFolder(folderOf(target));
        Path aside = target.resolveSibling(target.getFileName() + ".tmp");
        try {
            Files.write(aside, content);
            install(aside, target);
        } catch (IOException failure) {
            removeQuietly(aside);
            throw unwritable(path, failure);
        }
    }

    /** Syncs a finished temporary file and renames it over the target. */
    static void install(Path aside, Path target) throws IOException {
        try (FileChannel channel = FileChannel.open(aside, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    static void createFolder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException failure) {
            throw unwritable(folder, failure);
        }
    }

    static Path folderOf(Path path) {
        Path parent = path.toAbsolutePath().getParent();
        return parent == null ? path.toAbsolutePath() : parent;
    }

    static UncheckedIOException unwritable(Path path, IOException cause) {
        String found = reason(cause);
        return new UncheckedIOException("found that " + path + " cannot be written (" + found
                + "), expected a file in a folder that this user may write to; " + advice(found), cause);
    }

    static UncheckedIOException unreadable(Path path, IOException cause) {
        return new UncheckedIOException("found that " + path + " cannot be read (" + reason(cause)
                + "), expected a readable file; check the path and its permissions", cause);
    }

    private static String reason(IOException cause) {
        String told = cause instanceof FileSystemException system && system.getReason() != null
                ? system.getReason()
                : String.valueOf(cause.getMessage());
        return switch (cause) {
            case AccessDeniedException denied -> "permission denied";
            case NoSuchFileException missing -> "no such file or folder";
            case FileAlreadyExistsException taken -> "a file stands where the folder should be";
            default -> told;
        };
    }

    private static String advice(String found) {
        return found.toLowerCase(Locale.ROOT).contains("space")
                ? "free some space on that disk or give a folder on another one as output"
                : "make the folder writable or give another one as output";
    }

    private static void removeQuietly(Path aside) {
        try {
            Files.deleteIfExists(aside);
        } catch (IOException ignored) {
            // The failure that led here is the one worth reporting.
        }
    }
}
