package dev.hone.train;

import java.util.Map;

/**
 * Where batches come from: files, or a policy that generates. A source is a function of its place, so a run that resumes at a
 * step sees the batches that the unbroken run would have seen.
 */
public interface BatchSource<R extends StepRow> {

    /** The batch of a step, counted from 0. */
    Batch<R> batch(long step);

    /** Steps in one pass over the data. */
    long stepsPerEpoch();

    /** What goes from step to step beside the weights, as JSON holds it; for checkpoints after {@code step} steps. */
    default Map<String, Object> state(long step) {
        return Map.of();
    }

    /** Puts {@link #state} back. */
    default void restore(Map<String, ?> state) {}
}
