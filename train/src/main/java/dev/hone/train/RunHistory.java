package dev.hone.train;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The metrics of a run by name, each a {@link Curve} over optimizer steps. Rows of one step are merged; a row whose step
 * goes back (a run continued from a checkpoint) replaces what stood after it.
 */
public final class RunHistory {
    private static final String TIME = "time";

    private final Map<String, Growing> metrics = new LinkedHashMap<>();
    private final Growing times = new Growing();
    private long unreadable;

    /**
     * Reads {@code metrics.jsonl}. Torn or foreign lines are left out and counted.
     *
     * @throws java.io.UncheckedIOException when the file is missing or cannot be read
     */
    public static RunHistory read(Path metrics) {
        RunHistory history = new RunHistory();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(Files.newInputStream(metrics), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isBlank()) {
                    MetricRow.parse(line).ifPresentOrElse(history::add, () -> history.unreadable++);
                }
            }
        } catch (IOException failure) {
            throw RunFiles.unreadable(metrics, failure);
        }
        return history;
    }

    void add(MetricRow row) {
        if (row.step() < times.last()) {
            metrics.values().forEach(metric -> metric.cutFrom(row.step()));
            times.cutFrom(row.step());
        }
        times.put(row.step(), row.time());
        row.values().forEach(
                (name, value) -> metrics.computeIfAbsent(name, unseen -> new Growing()).put(row.step(), value));
    }

    /** Names in the order of their first appearance. */
    public List<String> names() {
        return metrics.entrySet().stream().filter(entry -> entry.getValue().size > 0).map(Map.Entry::getKey).toList();
    }

    /** The values of a metric over steps, in the order of steps; empty for a name that was never recorded. */
    public Curve curve(String name) {
        Growing metric = name.equals(TIME) ? times : metrics.getOrDefault(name, new Growing());
        return new Curve(Arrays.copyOf(metric.steps, metric.size), Arrays.copyOf(metric.values, metric.size));
    }

    /** The latest value of a metric, which may be NaN. */
    public OptionalDouble last(String name) {
        Growing metric = metrics.getOrDefault(name, new Growing());
        return metric.size == 0 ? OptionalDouble.empty() : OptionalDouble.of(metric.values[metric.size - 1]);
    }

    /** The latest recorded step, 0 for an empty history. */
    public long lastStep() {
        return times.size == 0 ? 0 : (long) times.last();
    }

    /** Wall time from the first to the last row, pauses between resumed parts included. */
    public Duration elapsed() {
        double[] seconds = Arrays.stream(times.values, 0, times.size).filter(Double::isFinite).toArray();
        return seconds.length < 2
                ? Duration.ZERO
                : Duration.ofMillis(Math.max(0, Math.round(1e3 * (seconds[seconds.length - 1] - seconds[0]))));
    }

    /** Lines that were no metrics rows. */
    public long unreadableLines() { return unreadable; }

    private static final class Growing {
        private double[] steps = new double[16];
        private double[] values = new double[16];
        private int size;

        void put(double step, double value) {
            if (size > 0 && steps[size - 1] == step) {
                values[size - 1] = value;
                return;
            }
            if (size == steps.length) {
                steps = Arrays.copyOf(steps, 2 * size);
                values = Arrays.copyOf(values, 2 * size);
            }
            steps[size] = step;
            values[size++] = value;
        }

        double last() { return size == 0 ? Double.NEGATIVE_INFINITY : steps[size - 1]; }

        void cutFrom(double step) {
            while (last() >= step) {
                size--;
            }
        }
    }
}
