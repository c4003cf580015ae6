package dev.hone.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/** Clears what a process that was killed in the middle of a save left behind: only folders that a store has named so. */
final class CheckpointLeftovers {
    private CheckpointLeftovers() {}

    /** To be called under the folder's lock: otherwise a leftover could be another process's save under way. */
    static void clear(CheckpointFolder checkpoints) {
        try {
            for (String name : CheckpointDisk.names(checkpoints.folder())) {
                Path leftover = checkpoints.folder().resolve(name);
                if (CheckpointName.aside(name) && Files.isDirectory(leftover, LinkOption.NOFOLLOW_LINKS)) {
                    clear(leftover, CheckpointName.formerly(name));
                }
            }
        } catch (IOException | UncheckedIOException failure) {
            checkpoints.warnings().accept("What a killed save left in " + checkpoints.folder()
                    + " could not be cleared (" + failure + "): delete the folders named .tmp- there by hand.");
        }
    }

    private static void clear(Path leftover, Optional<String> formerly) throws IOException {
        if (formerly.isPresent()) {
            Path checkpoint = leftover.resolveSibling(formerly.get());
            if (!Files.exists(checkpoint, LinkOption.NOFOLLOW_LINKS)) {
                CheckpointDisk.rename(leftover, checkpoint);
                return;
            }
        }
        CheckpointDisk.removeTree(leftover);
    }
}
