package dev.hone.tensor;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** A file written aside in full and synced, which {@link #commit} puts in place; closing it uncommitted removes it. */
final class SafetensorsStaged implements AutoCloseable {
    private static final int CHUNK = 1 << 20;

    private final Path file;
    private final Path temporary;
    private final long bytes;
    private final FileChannel channel;
    private final MessageDigest digest;
    private final byte[] chunk;
    private long position;
    private String sha256 = "";
    private boolean committed;

    private SafetensorsStaged(Path file, Path temporary, long bytes) throws IOException {
        this.file = file;
        this.temporary = temporary;
        this.bytes = bytes;
        this.digest = sha256();
        this.chunk = new byte[(int) Math.min(CHUNK, bytes)];
        // A new file under a name of its own: two writers of one file must not write into each other's.
        this.channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    /**
     * Writes a file aside.
     *
     * @param file the name that it will have
     * @param bytes the length that it will have
     * @param body appends exactly that many bytes
     */
    static SafetensorsStaged write(Path file, long bytes, Consumer<SafetensorsStaged> body) {
        Path folder = folder(file);
        requireRoom(folder, bytes);
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw failure(e, folder, "a folder to write to");
        }
        removeAbandoned(folder, file);
        if (Files.isDirectory(file)) {
            throw SafetensorsException.of("a folder", "the name of a file to write", file, "Choose another name.");
        }
        Path temporary = folder.resolve(file.getFileName() + "." + UUID.randomUUID() + ".tmp");
        SafetensorsStaged staged;
        try {
            staged = new SafetensorsStaged(file, temporary, bytes);
        } catch (IOException e) {
            throw failure(e, file, "a folder to write to");
        }
        try {
            body.accept(staged);
            staged.sync();
            return staged;
        } catch (RuntimeException | Error e) {
            staged.close();
            throw e;
        }
    }

    /**
     * Fails when a folder cannot be written to or its disk has less room: better before the first byte than after
     * minutes. The folder need not exist yet.
     */
    static void requireRoom(Path folder, long bytes) {
        Path existing = folder.toAbsolutePath();
        while (existing.getParent() != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        if (!Files.isDirectory(existing) || !Files.isWritable(existing)) {
            throw SafetensorsException.of(Files.isDirectory(existing) ? "a folder that is not writable" : "a file",
                    "a folder to write to", existing, "Choose a folder that this user may write to.");
        }
        long free = free(existing);
        if (bytes > free) {
            throw SafetensorsException.of("a disk with " + free + " bytes free", "room for " + bytes + " bytes", folder,
                    "Free some space or choose a folder on another disk.");
        }
    }

    /** The bytes free in a folder; no limit where the file system does not tell. */
    private static long free(Path folder) {
        try {
            long free = Files.getFileStore(folder).getUsableSpace();
            return free > 0 ? free : Long.MAX_VALUE;
        } catch (IOException e) {
            return Long.MAX_VALUE;
        }
    }

    /** Removes what a writer of the same file that was killed left behind; a day, so that no living one is disturbed. */
    private static void removeAbandoned(Path folder, Path file) {
        Pattern name = Pattern.compile(Pattern.quote(file.getFileName().toString()) + "\\.[0-9a-f-]{36}\\.tmp");
        Instant yesterday = Instant.now().minus(Duration.ofDays(1));
        try (DirectoryStream<Path> siblings = Files.newDirectoryStream(folder,
                path -> name.matcher(path.getFileName().toString()).matches())) {
            for (Path sibling : siblings) {
                if (Files.getLastModifiedTime(sibling).toInstant().isBefore(yesterday)) {
                    Files.deleteIfExists(sibling);
                }
            }
        } catch (IOException | DirectoryIteratorException ignored) {
            // Tidying only: the file can be written all the same.
        }
    }

    static Path folder(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null) {
            throw SafetensorsException.of("no file name", "the name of a file to write", file, "Name a file.");
        }
        return parent;
    }

    Path file() { return file; }

    /** How many bytes were appended. */
    long position() { return position; }

    void append(byte[] more) { append(MemorySegment.ofArray(more)); }

    /** Appends bytes of any kind of memory; the copy through an array also feeds the digest. */
    void append(MemorySegment more) {
        for (long offset = 0; offset < more.byteSize(); offset += chunk.length) {
            int length = (int) Math.min(chunk.length, more.byteSize() - offset);
            MemorySegment.copy(more, offset, MemorySegment.ofArray(chunk), 0, length);
            digest.update(chunk, 0, length);
            ByteBuffer buffer = ByteBuffer.wrap(chunk, 0, length);
            try {
                while (buffer.hasRemaining()) {
                    position += channel.write(buffer);
                }
            } catch (IOException e) {
                throw failure(e, file, "room for " + bytes + " bytes, of which " + position + " were written");
            }
        }
    }

    private void sync() {
        if (position != bytes) {
            throw SafetensorsException.of(position + " bytes written", bytes + " bytes", file, "Report this.");
        }
        sha256 = HexFormat.of().formatHex(digest.digest());
        try {
            channel.force(true);
            channel.close();
        } catch (IOException e) {
            throw failure(e, file, "the " + bytes + " bytes to reach the disk");
        }
    }

    /** Puts the file in place in one step, over an older one where there is one. */
    void commit() {
        try {
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw failure(e, file, "a file that can be put in place");
        }
        committed = true;
        syncFolder(folder(file));
    }

    /** Makes renamings in a folder survive a power cut. */
    static void syncFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException ignored) {
            // Windows does not open folders; its renamings are journalled.
        }
    }

    /** What was written; only once it is in place. */
    SafetensorsWriter.Written written() {
        return new SafetensorsWriter.Written(file, bytes, sha256);
    }

    @Override
    public void close() {
        if (committed) {
            return;
        }
        try {
            channel.close();
        } catch (IOException ignored) {
            // The bytes are given up anyway.
        }
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException ignored) {
            // It stays behind; what made the writing fail is worth more than this.
        }
    }

    private static SafetensorsException failure(IOException e, Path where, String expected) {
        String told = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        String advice = "Free some space or choose another folder.";
        if (e instanceof ClosedByInterruptException) {
            told = "the thread was interrupted";
            advice = "Write it again.";
        } else if (e instanceof AccessDeniedException || e instanceof FileAlreadyExistsException
                || told.toLowerCase(Locale.ROOT).contains("read-only")) {
            told = e instanceof AccessDeniedException ? "access denied" : told;
            advice = "Choose a folder that this user may write to.";
        }
        return new SafetensorsException(
                SafetensorsException.message("a failure to write (" + told + ")", expected, where,
                        advice + " What was there before is unchanged."),
                e);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
