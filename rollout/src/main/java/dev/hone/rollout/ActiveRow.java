package dev.hone.rollout;

import dev.hone.rollout.Constraint.Written;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A completion that is being written. */
final class ActiveRow {
    private static final int ROOM = 16;

    private final Job job;
    private int[] ids;
    private float[] logProbs;
    private float[] policyLogProbs;
    private final List<TokenSet> supports;
    private int count;
    private Optional<StopReason> stop = Optional.empty();

    ActiveRow(Job job) {
        Unfinished start = job.start();
        this.job = job;
        this.count = start.ids().length;
        this.ids = Arrays.copyOf(start.ids(), count + ROOM);
        this.logProbs = Arrays.copyOf(start.logProbs(), count + ROOM);
        this.policyLogProbs = Arrays.copyOf(start.policyLogProbs(), count + ROOM);
        this.supports = new ArrayList<>(start.supports());
    }

    Job job() { return job; }

    /** How many tokens are written. */
    int count() { return count; }

    int lastToken() { return ids[count - 1]; }

    void add(Choice choice, Generation generation, StopRule rule) {
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, 2 * count);
            logProbs = Arrays.copyOf(logProbs, 2 * count);
            policyLogProbs = Arrays.copyOf(policyLogProbs, 2 * count);
        }
        ids[count] = choice.token();
        logProbs[count] = choice.logProb();
        policyLogProbs[count++] = choice.policyLogProb();
        if (generation.support().kept()) {
            supports.add(choice.support());
        }
        stop = rule.reason(ids, count, job.limit());
        Constraint constraint = generation.support().constraint();
        boolean goesOn = stop.filter(reason -> reason != StopReason.LENGTH).isEmpty();
        if (constraint != Constraint.NONE && goesOn && constraint.complete(written(Optional.empty()))) {
            stop = Optional.of(StopReason.COMPLETE);
        }
    }

    Written written(Optional<float[]> guideScores) { return job.written(Arrays.copyOf(ids, count), guideScores); }

    boolean finished() { return stop.isPresent(); }

    /** Prompt and completion. */
    int[] sequence() { return unfinished().sequence(); }

    Unfinished unfinished() {
        return new Unfinished(job.number(), job.prompt(), job.sample(), Arrays.copyOf(ids, count),
                Arrays.copyOf(logProbs, count), Arrays.copyOf(policyLogProbs, count), List.copyOf(supports));
    }

    Rollout rollout(StopRule rule) {
        Unfinished all = unfinished();
        StopReason reason = stop.orElseThrow();
        return new Rollout(job.prompt().index(), job.sample(), job.prompt().ids(), new Completion(all.ids(),
                all.logProbs(), all.policyLogProbs(), all.supports(), reason, rule.text(all.ids(), reason)));
    }
}
