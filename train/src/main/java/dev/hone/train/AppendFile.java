package dev.hone.train;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * A file that grows by whole records: a record that could be written only in part (full disk) is cut off again, so that
 * the next one starts clean. Not a channel, because an interrupted training thread would close it.
 */
final class AppendFile implements AutoCloseable {
    private final Path path;
    private final RandomAccessFile file;
    private long end;

    private AppendFile(Path path, RandomAccessFile file, long end) {
        this.path = path;
        this.file = file;
        this.end = end;
    }

    /** Opens a file for appending; it and its folder are made when missing. */
    static AppendFile open(Path path) {
        RunFiles.createFolder(RunFiles.folderOf(path));
        try {
            RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
            return new AppendFile(path, file, file.length());
        } catch (IOException failure) {
            throw RunFiles.unwritable(path, failure);
        }
    }

    void append(byte[] record) {
        try {
            file.seek(end);
            file.write(record);
            end += record.length;
        } catch (IOException failure) {
            UncheckedIOException told = RunFiles.unwritable(path, failure);
            cutBack(told);
            throw told;
        }
    }

    private void cutBack(UncheckedIOException told) {
        try {
            file.setLength(end);
        } catch (IOException second) {
            told.addSuppressed(second);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException failure) {
            throw RunFiles.unwritable(path, failure);
        }
    }
}
