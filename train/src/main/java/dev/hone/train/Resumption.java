package dev.hone.train;

import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/** The checkpoint that a run goes on from, where it does: only with what decides the result unchanged, or when told so. */
final class Resumption implements AutoCloseable {
    private final RunSettings settings;
    private Optional<Checkpoint> checkpoint;

    private Resumption(RunSettings settings, Optional<Checkpoint> checkpoint) {
        this.settings = settings;
        this.checkpoint = checkpoint;
    }

    /** Opens the newest good checkpoint of a run that goes on; a new run has none. */
    static Resumption open(RunSettings settings, CheckpointStore store) {
        return new Resumption(settings, settings.resume() ? store.newestGood() : Optional.empty());
    }

    /** What the run was; empty for a new run, and where nobody asks. */
    Optional<RunIdentity> former() {
        return checkpoint.filter(former -> !settings.resumeAnyway()
                || Files.exists(former.folder().resolve(RunIdentity.FILE))).map(RunIdentity::of);
    }

    /**
     * Refuses to go on as another run.
     *
     * @param schedule the schedule that these settings make of a number of steps
     * @param warned is told instead, where the user wants to go on anyway
     * @throws CheckpointException naming each key with both values
     */
    void requireSame(RunIdentity now, LongFunction<Schedule> schedule, Consumer<String> warned) {
        List<String> differences = former().map(former -> differences(now, former, schedule)).orElse(List.of());
        if (differences.isEmpty()) {
            return;
        }
        String list = "\n  " + String.join("\n  ", differences) + "\n";
        if (!settings.resumeAnyway()) {
            throw new CheckpointException("The settings or the data are not those of the run to resume, in "
                    + checkpoint.map(Checkpoint::folder).orElseThrow() + ":" + list
                    + "Give what is expected, or another --out for a new run, or --resume_anyway true to go on with what"
                    + " was found: the result is then another than that of an unbroken run.");
        }
        warned.accept(
                "warning: the run goes on with other settings or data than it began with:" + list.stripTrailing());
    }

    private List<String> differences(RunIdentity now, RunIdentity former, LongFunction<Schedule> schedule) {
        List<String> differences = now.differences(former);
        if (!differences.isEmpty()
                || sameRates(schedule.apply(now.totalSteps()), schedule.apply(former.totalSteps()))) {
            return differences;
        }
        return List.of("max_steps or num_train_epochs: found " + now.totalSteps() + " steps in all, expected "
                + former.totalSteps() + ", for which the learning rates so far were made");
    }

    /** A schedule that has not used the number of steps yet does not mind another one. */
    private boolean sameRates(Schedule now, Schedule former) {
        long done = checkpoint.map(each -> each.state().step()).orElse(0L);
        return LongStream.range(0, done).allMatch(step -> now.factor(step) == former.factor(step));
    }

    /** Puts the checkpoint back and lets it go. */
    Optional<CheckpointState> restore(Checkpointing checkpointing) {
        Optional<CheckpointState> state = checkpoint.map(checkpointing::restore);
        close();
        return state;
    }

    @Override
    public void close() {
        checkpoint.ifPresent(Checkpoint::close);
        checkpoint = Optional.empty();
    }
}
