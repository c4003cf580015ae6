package dev.hone.train;

import dev.hone.tensor.SafetensorsException;
import dev.hone.tensor.SafetensorsFile;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A checkpoint whose every byte is as it was written. The tensors are mapped, not copied: a page is read from the disk when
 * it is first touched, so loading holds no second copy. Keep it open as long as anything made from its memory lives.
 */
public final class Checkpoint implements AutoCloseable {
    private final Path folder;
    private final CheckpointState state;
    private final SafetensorsFile model;
    private final SafetensorsFile optimizer;

    private Checkpoint(Path folder, CheckpointState state, SafetensorsFile model, SafetensorsFile optimizer) {
        this.folder = folder;
        this.state = state;
        this.model = model;
        this.optimizer = optimizer;
    }

    /**
     * Verifies a checkpoint against its manifest, sizes and SHA-256 digests, and opens it.
     *
     * @param folder a folder named {@code checkpoint-STEP}
     * @throws CheckpointException when a file is missing, torn or edited, or the folder is not of the step that it names
     */
    public static Checkpoint open(Path folder) {
        CheckpointManifest manifest = CheckpointManifest.read(folder);
        manifest.verify(folder);
        Path file = folder.resolve(CheckpointManifest.STATE);
        CheckpointState state = CheckpointState.parse(CheckpointManifest.content(file), file);
        String name = CheckpointName.of(state.step());
        if (manifest.step() != state.step() || !name.equals(String.valueOf(folder.toAbsolutePath().getFileName()))) {
            throw CheckpointException.of("the state of step " + state.step() + " and the manifest of step "
                    + manifest.step(), "those of the step that the folder names", folder,
                    "It was renamed or edited: give it its name back or take another one.");
        }
        SafetensorsFile model = tensors(folder.resolve(manifest.weights()));
        try {
            return new Checkpoint(folder, state, model, tensors(folder.resolve(CheckpointManifest.OPTIMIZER)));
        } catch (CheckpointException e) {
            model.close();
            throw e;
        }
    }

    private static SafetensorsFile tensors(Path file) {
        try {
            return SafetensorsFile.open(file);
        } catch (SafetensorsException e) {
            throw new CheckpointException(String.valueOf(e.getMessage()), e);
        }
    }

    public Path folder() { return folder; }

    public CheckpointState state() { return state; }

    /** The weights, or those of the adapter alone where one trains, by the names that they were saved under. */
    public SafetensorsFile model() {
        return model;
    }

    /** The state of the optimizer, by the names that it was saved under. */
    public SafetensorsFile optimizer() {
        return optimizer;
    }

    /**
     * The content of one of the extra files that were saved along.
     *
     * @throws CheckpointException when the checkpoint has none of that name
     */
    public byte[] file(String name) {
        Path file = folder.resolve(name);
        if (!CheckpointManifest.plain(name) || !Files.isRegularFile(file)) {
            throw CheckpointException.of("no file '" + name + "'", "a file that was saved along", folder,
                    "Resume with the version and the kind of run that wrote the checkpoint.");
        }
        return CheckpointManifest.content(file);
    }

    @Override
    public void close() {
        model.close();
        optimizer.close();
    }
}
