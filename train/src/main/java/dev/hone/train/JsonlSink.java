package dev.hone.train;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

/**
 * The metrics of a run as {@code metrics.jsonl}: one JSON object a line with {@code step}, {@code time} (seconds since
 * 1970 UTC) and the metrics; NaN and infinities as the strings {@code "NaN"}, {@code "Infinity"}, {@code "-Infinity"}. Every
 * record is handed to the operating system at once, so a killed run loses none.
 */
public final class JsonlSink implements MetricSink {
    private final AppendFile file;
    private final InstantSource clock;

    private JsonlSink(AppendFile file, InstantSource clock) {
        this.file = file;
        this.clock = clock;
    }

    /**
     * Opens the file of a run that continues after {@code resumeStep}: later rows, which the run is about to make again,
     * and a torn last line are dropped. A negative step starts an empty file.
     *
     * @throws java.io.UncheckedIOException when the file cannot be written
     */
    public static JsonlSink open(Path path, long resumeStep) {
        return open(path, resumeStep, InstantSource.system());
    }

    static JsonlSink open(Path path, long resumeStep, InstantSource clock) {
        if (Files.exists(path)) {
            keepUpTo(path, resumeStep);
        }
        return new JsonlSink(AppendFile.open(path), clock);
    }

    @Override
    public void record(long step, Map<String, Double> values) {
        String line = new MetricRow(step, clock.millis() / 1e3, values).json() + "\n";
        file.append(line.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() { file.close(); }

    private static void keepUpTo(Path path, long resumeStep) {
        Path aside = path.resolveSibling(path.getFileName() + ".tmp");
        // A reader of Files would refuse the broken character of a torn line; this one replaces it.
        try (BufferedReader rows = new BufferedReader(
                new InputStreamReader(Files.newInputStream(path), StandardCharsets.UTF_8));
                BufferedWriter kept = Files.newBufferedWriter(aside)) {
            for (String line = rows.readLine(); line != null; line = rows.readLine()) {
                if (MetricRow.parse(line).filter(row -> row.step() <= resumeStep).isPresent()) {
                    kept.write(line);
                    kept.write('\n');
                }
            }
        } catch (IOException failure) {
            throw RunFiles.unwritable(path, failure);
        }
        try {
            RunFiles.install(aside, path);
        } catch (IOException failure) {
            throw RunFiles.unwritable(path, failure);
        }
    }
}
