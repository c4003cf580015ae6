package dev.hone.rollout;

import java.util.Arrays;
import java.util.Optional;

/** A completion that is being written. */
final class ActiveRow {
    private final Job job;
    private int[] ids = new int[16];
    private float[] logProbs = new float[16];
    private int count;
    private Optional<StopReason> stop = Optional.empty();

    ActiveRow(Job job) { this.job = job; }

    Job job() { return job; }

    /** How many tokens are written. */
    int count() { return count; }

    int lastToken() { return ids[count - 1]; }

    void add(Choice choice, StopRule rule) {
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, 2 * count);
            logProbs = Arrays.copyOf(logProbs, 2 * count);
        }
        ids[count] = choice.token();
        logProbs[count++] = choice.logProb();
        stop = rule.reason(ids, count, job.limit());
    }

    boolean finished() { return stop.isPresent(); }

    /** Prompt and completion, for the repetition penalty. */
    int[] seen() {
        int[] prompt = job.prompt().ids();
        int[] all = Arrays.copyOf(prompt, prompt.length + count);
        System.arraycopy(ids, 0, all, prompt.length, count);
        return all;
    }

    Rollout rollout(StopRule rule) {
        int[] written = Arrays.copyOf(ids, count);
        StopReason reason = stop.orElseThrow();
        return new Rollout(job.prompt().index(), job.sample(), job.prompt().ids(),
                new Completion(written, Arrays.copyOf(logProbs, count), reason, rule.text(written, reason)));
    }
}
