package dev.hone.train;

import java.util.List;
import java.util.Map;

/**
 * Where the numbers of a run go: a file, a progress line, an event file. Called from the training thread only.
 *
 * <p>Names are those of TRL's log ({@code loss}, {@code learning_rate}, {@code grad_norm}, {@code rewards/margins} …),
 * metrics of an evaluation begin with {@code eval_}.
 */
public interface MetricSink extends AutoCloseable {
    /**
     * Takes the metrics of one step; a step may be recorded more than once (training, then evaluation).
     *
     * @param step optimizer steps done
     * @param values metrics in the order of display; NaN and infinities are allowed and kept
     */
    void record(long step, Map<String, Double> values);

    /** Takes a text of one step, such as a sampled completion; sinks without a place for texts leave it. */
    default void text(long step, String tag, String text) {}

    /** Writes what is left and frees the file; a second call does nothing. */
    @Override
    void close();

    /**
     * One sink that hands everything to each of the given ones. A sink that fails (disk full, folder removed) does not
     * stop the run: its first failure is told on standard error, and it is asked again at the next record.
     */
    static MetricSink all(List<MetricSink> sinks) { return new CompositeSink(sinks, System.err); }
}
