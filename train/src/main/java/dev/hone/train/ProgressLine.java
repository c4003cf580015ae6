package dev.hone.train;

import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How far the run is, in one line: {@code step 120/640 · loss 2.314 · 5,310 tok/s · lr 1.8e-4 · 3 min 10 s left}. On a terminal the
 * line is rewritten in place, elsewhere a plain line is printed now and then. Give it a record per step: it reads {@code loss} (or
 * {@code reward}), {@code tokens_per_second} and {@code learning_rate}, and prints metrics that begin with {@code eval_} on a line of their own.
 */
public final class ProgressLine implements MetricSink {
    private static final String CLEAR_LINE = "\r\u001b[K";
    private static final int WIDTH = 79;
    private static final long REPAINT_NANOS = 100_000_000;

    /**
     * How often a plain line is printed: when this much time has passed or this many steps are done, whichever comes
     * first. The first and the last step always get a line.
     */
    public record Pace(Duration time, long steps) {
        public Pace {
            if (time.isNegative() || time.isZero() || steps < 1) {
                throw new IllegalArgumentException("found a pace of " + time + " and " + steps
                        + " steps, expected a positive time and at least one step");
            }
        }
    }

    private final PrintStream out;
    private final boolean rewrite;
    private final long totalSteps;
    private final Pace pace;
    private final LongSupplier nanoTime;
    private final StepClock clock;
    private final String dot;
    private String shown = "";
    private long shownStep = -1;
    private long shownNanos;

    /**
     * A line on a stream of choice.
     *
     * @param rewrite true to rewrite one line, false for plain lines
     * @param totalSteps the last step of the run, 0 when unknown
     * @param nanoTime a clock that never goes back, such as {@link System#nanoTime}
     */
    public ProgressLine(PrintStream out, boolean rewrite, long totalSteps, Pace pace, LongSupplier nanoTime) {
        this.out = out;
        this.rewrite = rewrite;
        this.totalSteps = totalSteps;
        this.pace = pace;
        this.nanoTime = nanoTime;
        this.clock = new StepClock(nanoTime.getAsLong());
        this.dot = out.charset().newEncoder().canEncode('·') ? " · " : " | ";
    }

    /** The line on standard error, rewritten in place if that is a terminal and nobody asked for plain output. */
    public static ProgressLine standard(long totalSteps) {
        return standard(System.err, totalSteps);
    }

    /** As {@link #standard(long)} on another stream, which stands for standard error. */
    public static ProgressLine standard(PrintStream out, long totalSteps) {
        return new ProgressLine(out, rewrites(onTerminal(), System.getenv()), totalSteps,
                new Pace(Duration.ofSeconds(10), 100), System::nanoTime);
    }

    /** Whether to rewrite: a terminal that can, and neither {@code NO_COLOR} nor {@code CI} set. */
    static boolean rewrites(boolean terminal, Map<String, String> environment) {
        return terminal && !"dumb".equals(environment.get("TERM"))
                && environment.getOrDefault("NO_COLOR", "").isEmpty() && environment.getOrDefault("CI", "").isEmpty();
    }

    private static boolean onTerminal() {
        Console console = System.console();
        if (console == null || !console.isTerminal()) {
            return false;
        }
        // The console speaks for input and output only; where the system tells, standard error is looked at too.
        Path standardError = Path.of("/proc/self/fd/2");
        try {
            return !Files.isSymbolicLink(standardError) || Files.readSymbolicLink(standardError).startsWith("/dev");
        } catch (IOException unknown) {
            return true;
        }
    }

    @Override
    public void record(long step, Map<String, Double> values) {
        long now = nanoTime.getAsLong();
        clock.done(step, now);
        String evaluation = evaluation(step, values);
        if (!evaluation.isEmpty()) {
            message(evaluation);
        }
        boolean training = values.keySet().stream().anyMatch(name -> !name.startsWith("eval_"));
        if (training && due(step, now)) {
            show(line(step, values, now));
            shownStep = step;
            shownNanos = now;
        }
    }

    /** Prints a line of its own (a warning, a saved checkpoint) without garbling the progress line. */
    public void message(String text) {
        if (rewrite) {
            out.print(CLEAR_LINE + text + System.lineSeparator() + shown);
            out.flush();
        } else {
            out.println(text);
        }
    }

    /** Leaves the last line standing and moves below it. */
    @Override
    public void close() {
        if (rewrite && !shown.isEmpty()) {
            out.println();
        }
        shown = "";
        out.flush();
    }

    private boolean due(long step, long now) {
        if (shownStep < 0 || step == totalSteps) {
            return true;
        }
        return rewrite
                ? now - shownNanos >= REPAINT_NANOS
                : now - shownNanos >= pace.time().toNanos() || step - shownStep >= pace.steps();
    }

    private void show(String line) {
        if (rewrite) {
            shown = line;
            out.print(CLEAR_LINE + line);
            out.flush();
        } else {
            out.println(line);
        }
    }

    private String line(long step, Map<String, Double> values, long now) {
        List<String> parts = new ArrayList<>();
        parts.add(position(step));
        String main = values.containsKey("loss") ? "loss" : "reward";
        part(parts, values, main, value -> main + " " + fixed(value));
        part(parts, values, "tokens_per_second", value -> Numbers.grouped(value) + " tok/s");
        part(parts, values, "learning_rate", value -> "lr " + Numbers.scientific(value));
        if (totalSteps > 0 && step >= totalSteps) {
            parts.add("took " + Numbers.duration(clock.elapsed(now)));
        } else if (totalSteps > 0) {
            clock.left(totalSteps).ifPresent(left -> parts.add(Numbers.duration(left) + " left"));
        }
        // A line that wraps cannot be rewritten, so the least needed middle parts go first.
        while (rewrite && String.join(dot, parts).length() > WIDTH && parts.size() > 2) {
            parts.remove(parts.size() - 2);
        }
        return String.join(dot, parts);
    }

    private interface Shown {
        String of(double value);
    }

    private static void part(List<String> parts, Map<String, Double> values, String name, Shown shown) {
        Double value = values.get(name);
        if (value != null) {
            parts.add(shown.of(value));
        }
    }

    private String position(long step) { return "step " + step + (totalSteps > 0 ? "/" + totalSteps : ""); }

    private String evaluation(long step, Map<String, Double> values) {
        List<String> parts = new ArrayList<>();
        values.forEach((name, value) -> {
            if (name.startsWith("eval_")) {
                parts.add(name + " " + fixed(value));
            }
        });
        return parts.isEmpty() ? "" : position(step) + dot + String.join(dot, parts);
    }

    /** Always the same number of decimals, so that the line does not jump. */
    private static String fixed(double value) {
        double size = Math.abs(value);
        return size == 0 || size >= 0.01 && size < 1e4
                ? String.format(Locale.ROOT, "%.3f", value)
                : Numbers.value(value);
    }
}
