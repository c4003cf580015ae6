package dev.hone.train;

import dev.hone.tensor.SafetensorsEntry;
import dev.hone.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes one checkpoint aside and puts it in place by a rename: under its name it is there whole or not at all. */
final class CheckpointWriter {
    private final TensorFiles tensorFiles;

    CheckpointWriter(TensorFiles tensorFiles) { this.tensorFiles = tensorFiles; }

    /** How a file of tensors is written and synced. */
    @FunctionalInterface
    interface TensorFiles {
        SafetensorsWriter.Written write(Path file, List<SafetensorsEntry> entries);
    }

    /** What a checkpoint holds. */
    record Content(CheckpointState state, List<SafetensorsEntry> model, List<SafetensorsEntry> optimizer,
            Map<String, byte[]> extras) {}

    /** Writes the checkpoint {@code target}; whatever goes wrong, nothing else in its folder changes. */
    void write(Path target, Content content) throws IOException {
        Path staging = CheckpointName.temporary(target);
        try {
            Files.createDirectory(staging);
            fill(staging, content);
            install(staging, target);
        } catch (IOException | RuntimeException | Error e) {
            discard(staging, e);
            throw e;
        }
    }

    private void fill(Path staging, Content content) {
        List<FileDigest> files = new ArrayList<>();
        files.add(tensors(staging.resolve(CheckpointManifest.weights(content.extras().keySet())), content.model()));
        files.add(tensors(staging.resolve(CheckpointManifest.OPTIMIZER), content.optimizer()));
        content.extras().forEach((name, bytes) -> files.add(small(staging, name, bytes)));
        files.add(small(staging, CheckpointManifest.STATE, content.state().json()));
        byte[] manifest = new CheckpointManifest(content.state().step(), files).json();
        CheckpointDisk.write(staging.resolve(CheckpointManifest.FILE), manifest);
        CheckpointDisk.syncFolder(staging);
    }

    private FileDigest tensors(Path file, List<SafetensorsEntry> entries) {
        SafetensorsWriter.Written written = tensorFiles.write(file, entries);
        return new FileDigest(String.valueOf(file.getFileName()), written.bytes(), written.sha256());
    }

    private static FileDigest small(Path staging, String name, byte[] bytes) {
        CheckpointDisk.write(staging.resolve(name), bytes);
        return FileDigest.of(name, bytes);
    }

    /** A checkpoint of the same step makes room first; the store brings it back should a kill fall between the renames. */
    private static void install(Path staging, Path target) throws IOException {
        Path former = CheckpointName.old(target);
        boolean replaces = Files.exists(target);
        if (replaces) {
            CheckpointDisk.rename(target, former);
        }
        try {
            CheckpointDisk.rename(staging, target);
        } catch (IOException e) {
            if (replaces) {
                CheckpointDisk.rename(former, target);
            }
            throw e;
        }
        CheckpointDisk.syncFolder(RunFiles.folderOf(target));
        if (replaces) {
            removeFormer(former);
        }
    }

    private static void removeFormer(Path former) {
        try {
            CheckpointDisk.removeTree(former);
        } catch (IOException ignored) {
            // The new checkpoint is in place; the next store that opens the folder tries again.
        }
    }

    private static void discard(Path staging, Throwable reason) {
        try {
            if (Files.exists(staging)) {
                CheckpointDisk.removeTree(staging);
            }
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }
}
