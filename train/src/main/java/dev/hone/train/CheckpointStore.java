package dev.hone.train;

import dev.hone.tensor.SafetensorsException;
import dev.hone.tensor.SafetensorsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Writes a run's checkpoints in the background, one at a time, and keeps the last few and the best. Each is written aside,
 * synced and renamed, with a digest of every file, so that a kill or a full disk at any moment leaves the older ones whole.
 *
 * <p>Layout: {@code checkpoint-STEP/} with {@code model.safetensors}, {@code optimizer.safetensors}, {@code state.json}, the
 * extra files and {@code manifest.json}; with {@code adapter_config.json} among the extra files the weights are those of an
 * adapter, in {@code adapter_model.safetensors}; {@code best} names the best checkpoint. One store at a time may be open on a folder;
 * {@link CheckpointFolder} reads beside it.
 */
public final class CheckpointStore implements AutoCloseable {
    private final CheckpointFolder folder;
    private final int keepLast;
    private final CheckpointWriter writer;
    private final CheckpointLock lock;
    private final ExecutorService background = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("hone-checkpoint").daemon().factory());
    private final AtomicReference<Optional<CheckpointException>> failure = new AtomicReference<>(Optional.empty());
    private final Set<Long> broken = ConcurrentHashMap.newKeySet();
    private Future<Path> inFlight = CompletableFuture.completedFuture(Path.of(""));
    private boolean closed;

    private CheckpointStore(CheckpointFolder folder, int keepLast, CheckpointWriter writer, CheckpointLock lock) {
        this.folder = folder;
        this.keepLast = keepLast;
        this.writer = writer;
        this.lock = lock;
    }

    /**
     * Opens the folder for one writer, makes it where it is missing, and clears what a killed process left half done.
     *
     * @param folder the output folder of the run
     * @param keepLast how many of the newest checkpoints stay, at least 1; the best stays besides
     * @param warnings is told, also by the background thread, of what is wrong but does not stop a save
     * @throws CheckpointException when another process writes there, or the folder cannot be written
     */
    public static CheckpointStore open(Path folder, int keepLast, Consumer<String> warnings) {
        return open(folder, keepLast, warnings, SafetensorsWriter::write);
    }

    static CheckpointStore open(Path folder, int keepLast, Consumer<String> warnings,
            CheckpointWriter.TensorFiles tensorFiles) {
        if (keepLast < 1) {
            throw new IllegalArgumentException("found keepLast " + keepLast + ", expected at least 1");
        }
        try {
            RunFolder.open(folder);
        } catch (UncheckedIOException unwritable) {
            throw CheckpointDisk.failure(unwritable);
        }
        CheckpointLock lock = CheckpointLock.of(folder, warnings);
        CheckpointFolder checkpoints = new CheckpointFolder(folder, warnings);
        CheckpointLeftovers.clear(checkpoints);
        return new CheckpointStore(checkpoints, keepLast, new CheckpointWriter(tensorFiles), lock);
    }

    /** As {@link #saveAsync(CheckpointState, HostCopy, HostCopy, Map)} without extra files. */
    public Future<Path> saveAsync(CheckpointState state, HostCopy model, HostCopy optimizer) {
        return saveAsync(state, model, optimizer, Map.of());
    }

    /**
     * Starts to write a checkpoint and returns; waits first for a save that is under way. The copies can be filled again as
     * soon as the save is done, and their {@link HostCopy#fill} waits for that by itself. A checkpoint of the same step is
     * replaced.
     *
     * @param extras small files to save along (configuration, tokenizer), by plain names
     * @return the checkpoint's folder, or as cause of an {@link ExecutionException} the {@link CheckpointException}
     * @throws CheckpointException when an earlier save failed and that was not told yet; nothing was started then, so the
     *     caller may decide to go on and call again
     */
    public synchronized Future<Path> saveAsync(CheckpointState state, HostCopy model, HostCopy optimizer,
            Map<String, byte[]> extras) {
        if (closed) {
            throw new IllegalStateException(
                    "the checkpoint store of " + folder.folder() + " is used after it was closed");
        }
        Map<String, byte[]> checked = checked(extras);
        awaitIdle();
        var weights = model.borrow();
        try {
            var moments = optimizer.borrow();
            inFlight = background.submit(() -> {
                try {
                    return save(new CheckpointWriter.Content(state, weights, moments, checked));
                } finally {
                    model.giveBack();
                    optimizer.giveBack();
                }
            });
            return inFlight;
        } catch (IllegalStateException e) {
            model.giveBack();
            throw e;
        }
    }

    private static Map<String, byte[]> checked(Map<String, byte[]> extras) {
        Map<String, byte[]> copies = new LinkedHashMap<>();
        extras.forEach((name, bytes) -> {
            if (!CheckpointManifest.plain(name) || CheckpointManifest.REQUIRED.contains(name)
                    || name.equals(CheckpointManifest.ADAPTER)
                    || name.equals(CheckpointManifest.FILE)) {
                throw new IllegalArgumentException(
                        "extra file '" + name + "' of a checkpoint: expected a plain name other"
                                + " than " + CheckpointManifest.REQUIRED + " and " + CheckpointManifest.FILE);
            }
            copies.put(name, bytes.clone());
        });
        return Collections.unmodifiableMap(copies);
    }

    /** Runs in the background. */
    private Path save(CheckpointWriter.Content content) {
        long step = content.state().step();
        Path target = folder.path(step);
        try {
            writer.write(target, content);
            broken.remove(step);
            if (content.state().isBest()) {
                folder.point(step);
            }
        } catch (IOException | RuntimeException | Error e) {
            CheckpointException failed = new CheckpointException("The checkpoint of step " + step + " was not saved: "
                    + told(target, e) + ". Older checkpoints are unchanged.", e);
            failure.set(Optional.of(failed));
            throw failed;
        }
        prune(step);
        return target;
    }

    private static String told(Path target, Throwable e) {
        String message = switch (e) {
            case IOException io -> RunFiles.unwritable(target, io).getMessage();
            case UncheckedIOException io -> io.getMessage();
            case SafetensorsException file -> file.getMessage();
            default -> e.toString();
        };
        return String.valueOf(message).replaceFirst("\\.$", "");
    }

    private void prune(long written) {
        try {
            Set<Long> kept = new HashSet<>(Set.of(written));
            folder.pointed().ifPresent(name -> CheckpointName.step(name).ifPresent(kept::add));
            for (long step : CheckpointPruning.surplus(folder.steps(), broken, keepLast, kept)) {
                CheckpointDisk.removeCheckpoint(folder.path(step));
                broken.remove(step);
            }
        } catch (IOException | RuntimeException e) {
            folder.warnings().accept("Old checkpoints in " + folder.folder() + " could not be deleted (" + e
                    + "): delete them by hand before the disk is full.");
        }
    }

    /**
     * Waits until no save is under way.
     *
     * @throws CheckpointException when a save failed and that was not told yet by this or by {@link #saveAsync}
     */
    public synchronized void awaitIdle() {
        awaitFlight();
        Optional<CheckpointException> failed = failure.getAndSet(Optional.empty());
        if (failed.isPresent()) {
            throw new CheckpointException(String.valueOf(failed.get().getMessage()), failed.get());
        }
    }

    private void awaitFlight() {
        boolean interrupted = false;
        while (!inFlight.isDone()) {
            try {
                inFlight.get();
            } catch (InterruptedException e) {
                // An interrupt ends the training loop at its next step; it must not tear the save that is under way.
                interrupted = true;
            } catch (ExecutionException e) {
                // Kept in the field by the save itself.
                break;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * The newest checkpoint that is whole, every byte verified; the caller closes it. Torn and edited ones are passed over,
     * each with a warning that says why.
     */
    public synchronized Optional<Checkpoint> newestGood() {
        awaitFlight();
        Optional<Checkpoint> found = folder.newestGood();
        long good = found.map(checkpoint -> checkpoint.state().step()).orElse(-1L);
        folder.steps().stream().filter(step -> step > good).forEach(broken::add);
        // A kill between the renaming of a checkpoint and the naming of the best leaves the older name.
        if (found.isPresent() && found.get().state().isBest()
                && !folder.pointed().equals(Optional.of(CheckpointName.of(good)))) {
            folder.point(good);
        }
        return found;
    }

    /** The newest whole checkpoint after at most so many steps, or where there is none the oldest; the caller closes it. */
    synchronized Optional<Checkpoint> goodUpTo(long step) {
        awaitFlight();
        return folder.goodUpTo(step);
    }

    /** The best checkpoint; see {@link CheckpointFolder#best}. */
    public synchronized Optional<Checkpoint> best() {
        awaitFlight();
        return folder.best();
    }

    /**
     * Waits for the save under way and lets the folder go.
     *
     * @throws CheckpointException when a save failed and that was not told yet
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            awaitIdle();
        } finally {
            background.shutdown();
            lock.close();
        }
    }
}
