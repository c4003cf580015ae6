package dev.hone.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The checkpoints of a run, to read: takes no lock and changes nothing, so it may be used beside a run that writes.
 *
 * @param folder the output folder of the run
 * @param warnings is told of every checkpoint that is passed over, and why
 */
public record CheckpointFolder(Path folder, Consumer<String> warnings) {
    /** The steps of the checkpoints that are there, whole or not, newest first; none where there is no such folder. */
    public List<Long> steps() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        return names().stream().map(CheckpointName::step).filter(step -> step.isPresent())
                .map(step -> step.getAsLong()).sorted(Comparator.reverseOrder()).toList();
    }

    /** Where the checkpoint of a step stands or would stand. */
    public Path path(long step) {
        return folder.resolve(CheckpointName.of(step));
    }

    /** The newest checkpoint that is whole; the caller closes it. Torn and edited ones are passed over and reported. */
    public Optional<Checkpoint> newestGood() {
        if (Files.isDirectory(folder)) {
            names().stream()
                    .filter(name -> name.startsWith(CheckpointName.PREFIX) && !CheckpointName.aside(name)
                            && CheckpointName.step(name).isEmpty())
                    .sorted().forEach(name -> warnings.accept(folder.resolve(name) + " is passed over: its name is not "
                            + CheckpointName.PREFIX + "STEP with a whole number for STEP."));
        }
        return newest(checkpoint -> true);
    }

    /** The newest whole checkpoint after at most so many steps, or where there is none the oldest; the caller closes it. */
    Optional<Checkpoint> goodUpTo(long most) {
        Optional<Checkpoint> found = newest(checkpoint -> checkpoint.state().step() <= most);
        return found.isPresent()
                ? found
                : steps().stream().sorted().flatMap(step -> open(folder.resolve(CheckpointName.of(step))).stream())
                        .findFirst();
    }

    /**
     * The best checkpoint by the run's metric; the caller closes it. It is the one that the file {@code best} names, or where
     * that one is not whole, the best of those that are. Empty when the run measured no metric.
     */
    public Optional<Checkpoint> best() {
        Optional<Checkpoint> named = pointed().flatMap(name -> open(folder.resolve(name)));
        // A best metric only ever improves, so of several that were the best in their time the newest is.
        return named.isPresent() ? named : newest(checkpoint -> checkpoint.state().isBest());
    }

    /** The name in the file {@code best}. */
    Optional<String> pointed() {
        Path file = folder.resolve(CheckpointName.BEST);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            String name = new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip();
            if (CheckpointName.step(name).isPresent()) {
                return Optional.of(name);
            }
            warnings.accept(file + " is passed over: it does not name a checkpoint.");
        } catch (IOException failure) {
            warnings.accept(String.valueOf(RunFiles.unreadable(file, failure).getMessage()));
        }
        return Optional.empty();
    }

    /** Makes the file {@code best} name a checkpoint. */
    void point(long step) {
        RunFiles.replace(folder.resolve(CheckpointName.BEST),
                (CheckpointName.of(step) + "\n").getBytes(StandardCharsets.UTF_8));
        CheckpointDisk.syncFolder(folder);
    }

    private Optional<Checkpoint> newest(Predicate<Checkpoint> wanted) {
        for (long step : steps()) {
            Optional<Checkpoint> checkpoint = open(path(step));
            if (checkpoint.isPresent()) {
                if (wanted.test(checkpoint.get())) {
                    return checkpoint;
                }
                checkpoint.get().close();
            }
        }
        return Optional.empty();
    }

    private Optional<Checkpoint> open(Path checkpoint) {
        try {
            return Optional.of(Checkpoint.open(checkpoint));
        } catch (CheckpointException e) {
            warnings.accept(checkpoint + " is passed over: " + e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * Removes every checkpoint, for a run that begins anew.
     *
     * @throws CheckpointException when one cannot be removed, or when another run writes there
     */
    public void removeAll() {
        try (CheckpointLock held = CheckpointLock.of(folder, warnings)) {
            Files.deleteIfExists(folder.resolve(CheckpointName.BEST));
            for (long step : steps()) {
                CheckpointDisk.removeCheckpoint(path(step));
            }
        } catch (IOException e) {
            throw CheckpointException.of("checkpoints that cannot be removed (" + e + ")", "a folder to clear", folder,
                    "Remove them by hand or choose another folder.");
        }
    }

    private List<String> names() {
        try {
            return CheckpointDisk.names(folder);
        } catch (UncheckedIOException failure) {
            throw CheckpointDisk.failure(failure);
        }
    }
}
