package dev.hone.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Ctrl-C, SIGTERM and a closed terminal as a wish that a long job can grant: the first one only sets a flag, so that the job
 * can end after its step with a checkpoint; a second one ends the process at once. Open it around the job and poll
 * {@link #requested}; outside of it these signals end the process as usual.
 *
 * <p>A signal handler and not a shutdown hook: a hook would hold up every exit of the process, could not tell a second Ctrl-C
 * from the first, and would have to guess how long a checkpoint may take.
 */
public final class Interrupts implements AutoCloseable {
    /** What ends a process that is asked to: from the keyboard, by a supervisor, by the end of its terminal. */
    private static final List<String> NAMES = List.of("INT", "TERM", "HUP");
    private static final int SIGNALLED = 128;

    private record Replaced(Signal signal, SignalHandler former) {}

    private final List<Replaced> replaced = new ArrayList<>();
    private final AtomicReference<@Nullable Signal> first = new AtomicReference<>();
    private final Consumer<String> told;
    private final IntConsumer halt;

    private Interrupts(Consumer<String> told, IntConsumer halt) {
        this.told = told;
        this.halt = halt;
    }

    /**
     * Listens from now on.
     *
     * @param told is given the name of the first signal, on a thread of the JVM: say that the job will end, and how
     */
    public static Interrupts listen(Consumer<String> told) { return listen(told, Runtime.getRuntime()::halt); }

    static Interrupts listen(Consumer<String> told, IntConsumer halt) {
        Interrupts interrupts = new Interrupts(told, halt);
        NAMES.forEach(interrupts::replace);
        return interrupts;
    }

    private void replace(String name) {
        try {
            Signal signal = new Signal(name);
            replaced.add(new Replaced(signal, Signal.handle(signal, this::arrived)));
        } catch (IllegalArgumentException unknown) {
            // This system has no such signal, or the JVM was told to leave signals alone.
        }
    }

    private void arrived(Signal signal) {
        if (first.compareAndSet(null, signal)) {
            told.accept("SIG" + signal.getName());
        } else {
            halt.accept(SIGNALLED + signal.getNumber());
        }
    }

    /** Whether the job should end. */
    public boolean requested() { return first.get() != null; }

    /** What a process that was ended by this signal exits with: 130 after Ctrl-C. */
    public Optional<Integer> exitCode() {
        return Optional.ofNullable(first.get()).map(signal -> SIGNALLED + signal.getNumber());
    }

    /** Gives the signals back. */
    @Override
    public void close() {
        replaced.reversed().forEach(each -> Signal.handle(each.signal(), each.former()));
        replaced.clear();
    }
}
