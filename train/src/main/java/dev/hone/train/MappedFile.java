package dev.hone.train;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that grows and is mapped into memory ("paged"): the operating system keeps in RAM what fits and writes the rest to disk.
 * It is written in full before it is mapped, since a disk that fills up under a mapping would end the process.
 */
final class MappedFile implements AutoCloseable {
    static final long ALIGNMENT = 4096;
    private static final int ZEROS = 1 << 20;

    private final Path file;
    private final String purpose;
    private final FileChannel channel;
    private final Arena arena = Arena.ofShared();
    private long length;

    /**
     * Makes the file anew; what a run that was killed left there is overwritten.
     *
     * @param purpose what it is for, and a way to need less of it, for the message where the disk is full
     * @throws java.io.UncheckedIOException when it cannot be written
     */
    MappedFile(Path file, String purpose) {
        this.file = file;
        this.purpose = purpose;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw RunFiles.unwritable(file, e);
        }
    }

    /** Bytes rounded up to whole pages. */
    static long pages(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** So many more bytes, zero. */
    MemorySegment grow(long bytes) {
        try {
            long free = Files.getFileStore(file).getUsableSpace();
            if (free > 0 && free < bytes) {
                throw new CheckpointException("Found " + free + " bytes free on the disk of " + file + ", expected "
                        + bytes + " more for " + purpose);
            }
            ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS);
            for (long written = 0; written < bytes;) {
                zeros.clear().limit((int) Math.min(ZEROS, bytes - written));
                written += channel.write(zeros, length + written);
            }
            MemorySegment mapped = channel.map(FileChannel.MapMode.READ_WRITE, length, bytes, arena);
            length += bytes;
            return mapped;
        } catch (IOException e) {
            throw RunFiles.unwritable(file, e);
        }
    }

    /** Bytes of the file. */
    long bytes() { return length; }

    /** Unmaps and removes the file. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
        try {
            channel.close();
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw RunFiles.unwritable(file, e);
        }
    }
}
