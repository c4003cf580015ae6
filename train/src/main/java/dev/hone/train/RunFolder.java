package dev.hone.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a run's files stand.
 *
 * @param root the output folder of the run
 */
public record RunFolder(Path root) {
    /**
     * Makes the folder when it is missing and proves that it can be written, so that a run fails before it trains and not
     * at its first checkpoint.
     *
     * @throws java.io.UncheckedIOException when it cannot
     */
    public static RunFolder open(Path root) {
        RunFiles.createFolder(root);
        try {
            Files.delete(Files.createTempFile(root, ".probe", ""));
        } catch (IOException failure) {
            throw RunFiles.unwritable(root, failure);
        }
        return new RunFolder(root);
    }

    public Path metrics() { return root.resolve("metrics.jsonl"); }

    public Path manifest() { return root.resolve("manifest.json"); }

    public Path report() { return root.resolve("report.html"); }

    /** What {@code optim_offload} maps while a run lasts. */
    public Path optimizerState() {
        return root.resolve("optimizer-state.mapped");
    }

    /** What {@code activation_offloading} maps while a run lasts. */
    public Path activations() {
        return root.resolve("activations.mapped");
    }

    public Path tensorBoard() { return root.resolve("tensorboard"); }
}
