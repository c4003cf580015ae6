package dev.hone.train;

import dev.hone.tensor.Parameter;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * The longest micro-batch of the first epoch goes forward and backward before the first step, so that a run that has too
 * little memory for it ends in its first minute and not when the row's turn comes. No step is made of it, random numbers are
 * functions of the step, and gradients are cleared: the run is the same, bit for bit.
 *
 * @param batch what goes through
 * @param tokens of its longest micro-batch
 */
record DryRun<R extends StepRow>(Batch<R> batch, long tokens) {
    /** Below it no run has met the limits of its memory; a dry run would only cost time. */
    private static final long WORTH = 512;

    /**
     * What to try; empty where the first step has a micro-batch as long, or none is long.
     *
     * @param from the first step of the run
     * @param whole whether the rows of a step are compared and so have to stay together
     */
    static <R extends StepRow> Optional<DryRun<R>> of(BatchSource<R> source, long from, long total, boolean whole) {
        if (from >= total) {
            return Optional.empty();
        }
        long first = longest(source.batch(from));
        long last = Math.min(total, from + source.stepsPerEpoch());
        return LongStream.range(from + 1, last).boxed()
                .map(step -> new Candidate(step, longest(source.batch(step))))
                .max(Comparator.comparingLong(Candidate::tokens).thenComparing(Candidate::step,
                        Comparator.reverseOrder()))
                .filter(candidate -> candidate.tokens() > first && candidate.tokens() >= WORTH)
                .map(candidate -> new DryRun<>(cut(source.batch(candidate.step()), whole), candidate.tokens()));
    }

    private record Candidate(long step, long tokens) {}

    private static <R extends StepRow> Batch<R> cut(Batch<R> batch, boolean whole) {
        if (whole) {
            return batch;
        }
        List<R> longest = batch.microbatches().stream().max(Comparator.comparingLong(DryRun::tokens)).orElseThrow();
        return new Batch<>(List.of(longest), batch.epoch(), batch.names());
    }

    private static <R extends StepRow> long longest(Batch<R> batch) {
        return batch.microbatches().stream().mapToLong(DryRun::tokens).max().orElse(0);
    }

    private static <R extends StepRow> long tokens(List<R> rows) {
        return rows.stream().mapToLong(row -> row.packed().tokens()).sum();
    }

    /** Goes forward and backward, and forgets. */
    void run(Pass<R> pass, List<Parameter> parameters, long seed) {
        try {
            pass.train(batch, seed, 0);
        } finally {
            parameters.forEach(Parameter::clearGradient);
        }
    }
}
