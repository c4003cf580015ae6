package dev.hone.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What checkpoints do to a disk: everything synced, everything put in place or taken away by a rename. */
final class CheckpointDisk {
    private CheckpointDisk() {}

    static void write(Path file, byte[] content) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
        } catch (IOException failure) {
            throw RunFiles.unwritable(file, failure);
        }
    }

    /** Makes the names in a folder survive a power cut. */
    static void syncFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException ignored) {
            // Windows does not open folders; its renamings are journalled.
        }
    }

    static void rename(Path from, Path to) throws IOException { Files.move(from, to, StandardCopyOption.ATOMIC_MOVE); }

    static List<String> names(Path folder) {
        List<String> names = new ArrayList<>();
        try (var children = Files.newDirectoryStream(folder)) {
            children.forEach(child -> names.add(String.valueOf(child.getFileName())));
        } catch (IOException failure) {
            throw RunFiles.unreadable(folder, failure);
        } catch (DirectoryIteratorException failure) {
            throw RunFiles.unreadable(folder, new IOException(failure));
        }
        return names;
    }

    /** Deletes a checkpoint: it is renamed first, so that a kill in between leaves no half of one under its name. */
    static void removeCheckpoint(Path folder) throws IOException {
        Path aside = CheckpointName.temporary(folder);
        rename(folder, aside);
        removeTree(aside);
    }

    /** Deletes a folder and what is in it; links are deleted, not followed. */
    static void removeTree(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    static CheckpointException failure(UncheckedIOException failure) {
        return new CheckpointException(String.valueOf(failure.getMessage()), failure);
    }
}
