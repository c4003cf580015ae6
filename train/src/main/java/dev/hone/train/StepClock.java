package dev.hone.train;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Estimates the time left from the moving median of step times: a median, because a step with a checkpoint or an
 * evaluation in it, or the slow first one, must not move the estimate.
 */
final class StepClock {
    private static final int WINDOW = 31;

    private final Deque<Double> nanosPerStep = new ArrayDeque<>();
    private final long startNanos;
    private long lastNanos;
    private long lastStep = -1;

    StepClock(long startNanos) {
        this.startNanos = startNanos;
        this.lastNanos = startNanos;
    }

    /** Notes that a step is done; records of the same step again count nothing. */
    void done(long step, long nanos) {
        if (lastStep >= 0 && step > lastStep) {
            nanosPerStep.addLast((double) Math.max(0, nanos - lastNanos) / (step - lastStep));
            if (nanosPerStep.size() > WINDOW) {
                nanosPerStep.removeFirst();
            }
        }
        if (step != lastStep) {
            lastStep = step;
            lastNanos = nanos;
        }
    }

    /** Empty until two steps were seen. */
    Optional<Duration> left(long totalSteps) {
        if (nanosPerStep.isEmpty()) {
            return Optional.empty();
        }
        double[] sorted = nanosPerStep.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return Optional.of(Duration.ofNanos(Math.round(median * Math.max(0, totalSteps - lastStep))));
    }

    Duration elapsed(long nanos) { return Duration.ofNanos(nanos - startNanos); }
}
