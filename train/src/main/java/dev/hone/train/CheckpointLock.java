package dev.hone.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Keeps a second writer out of a run folder, in this process or another; the system frees it when its process dies. */
final class CheckpointLock implements AutoCloseable {
    static final String FILE = ".checkpoints.lock";

    // The one thing that has to be known to the whole process: POSIX drops a file's lock as soon as the same process closes
    // any channel to that file, so a second opener in this process must be stopped before it opens one.
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel channel;

    private CheckpointLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /** @throws CheckpointException when another writer holds the folder, or it cannot be written */
    static CheckpointLock of(Path folder, Consumer<String> warnings) {
        Path file = folder.resolve(FILE);
        try {
            Path real = folder.toRealPath();
            if (!HELD_HERE.add(real)) {
                throw taken(folder, "this process");
            }
            try {
                return new CheckpointLock(real, locked(folder, file, warnings));
            } catch (IOException | RuntimeException e) {
                HELD_HERE.remove(real);
                throw e;
            }
        } catch (IOException failure) {
            throw CheckpointDisk.failure(RunFiles.unwritable(file, failure));
        }
    }

    private static FileChannel locked(Path folder, Path file, Consumer<String> warnings) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        try {
            if (!tryLock(channel, file, warnings)) {
                throw taken(folder, holder(channel));
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(("process " + ProcessHandle.current().pid()).getBytes(
                    StandardCharsets.UTF_8)), 0);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static boolean tryLock(FileChannel channel, Path file, Consumer<String> warnings) {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (IOException unsupported) {
            warnings.accept(file + " cannot be locked (" + unsupported.getMessage()
                    + "): see to it that no second run writes to this folder.");
            return true;
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(64);
        int length = channel.read(text, 0);
        String told = length <= 0 ? "" : new String(text.array(), 0, length, StandardCharsets.UTF_8);
        return told.matches("process [0-9]+") ? told : "another process";
    }

    private static CheckpointException taken(Path folder, String holder) {
        return CheckpointException.of(holder + " writing checkpoints", "no other run that writes there", folder,
                "Wait for that run or end it, or give this one another output folder.");
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException ignored) {
            // Nothing was written through it that could be lost, and the lock goes with the channel.
        } finally {
            HELD_HERE.remove(folder);
        }
    }
}
