package dev.hone.train;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Scalars and texts as a TensorBoard event file ({@code events.out.tfevents.<seconds>.<host>.<process>.<number>}). Tags are those
 * that TRL runs show: {@code train/loss}, and {@code eval/loss} for {@code eval_loss}.
 */
public final class TensorBoardSink implements MetricSink {
    private static final String EVALUATION = "eval_";

    private final AppendFile file;
    private final InstantSource clock;

    private TensorBoardSink(AppendFile file, InstantSource clock) {
        this.file = file;
        this.clock = clock;
    }

    /**
     * Starts a new event file in a folder, which is made when missing.
     *
     * @param resumeStep the step that the run continues after (TensorBoard then drops what earlier files hold beyond
     *     it); negative for a new run
     * @throws java.io.UncheckedIOException when the folder cannot be written
     */
    public static TensorBoardSink open(Path folder, long resumeStep) {
        return open(folder, resumeStep, InstantSource.system());
    }

    static TensorBoardSink open(Path folder, long resumeStep, InstantSource clock) {
        RunFiles.createFolder(folder);
        AppendFile file = AppendFile.open(newFile(folder, clock.millis() / 1000));
        TensorBoardSink sink = new TensorBoardSink(file, clock);
        file.append(EventRecord.fileVersion(sink.seconds()));
        if (resumeStep >= 0) {
            file.append(EventRecord.sessionStart(sink.seconds(), resumeStep + 1));
        }
        return sink;
    }

    @Override
    public void record(long step, Map<String, Double> values) {
        Map<String, Double> tagged = new LinkedHashMap<>();
        values.forEach((name, value) -> tagged.put(tag(name), value));
        file.append(EventRecord.scalars(seconds(), step, tagged));
    }

    /** Shown by TensorBoard's text page, which reads Markdown. */
    @Override
    public void text(long step, String tag, String text) {
        file.append(EventRecord.text(seconds(), step, tag + "/text_summary", text));
    }

    @Override
    public void close() { file.close(); }

    private static String tag(String name) {
        return name.startsWith(EVALUATION) ? "eval/" + name.substring(EVALUATION.length()) : "train/" + name;
    }

    private double seconds() { return clock.millis() / 1e3; }

    private static Path newFile(Path folder, long seconds) {
        String stem = "events.out.tfevents." + seconds + "." + host() + "." + ProcessHandle.current().pid() + ".";
        for (int number = 0;; number++) {
            Path path = folder.resolve(stem + number);
            try {
                return Files.createFile(path);
            } catch (FileAlreadyExistsException taken) {
                // Another sink of this process and second: take the next number.
            } catch (IOException failure) {
                throw RunFiles.unwritable(path, failure);
            }
        }
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9.-]", "_");
        } catch (UnknownHostException unnamed) {
            return "localhost";
        }
    }
}
