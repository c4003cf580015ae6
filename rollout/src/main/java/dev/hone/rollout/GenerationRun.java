package dev.hone.rollout;

import dev.hone.rollout.SlotModels.First;
import dev.hone.rollout.SlotModels.Scores;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Workers;
import java.nio.IntBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** One call of the engine: the queue, the rows at work (row i is in slot i of the caches) and what is done. */
final class GenerationRun {
    /** Prompt tokens read in one forward pass; more would need much memory and no less time. */
    private static final int PREFILL_TOKENS = 4096;
    /** New rows are admitted when this fraction of the slots is free: reading prompts one by one is slow. */
    private static final int ADMISSION_SHARE = 4;

    private final SlotModels models;
    private final Generation generation;
    private final Chooser chooser;
    private final StopRule stop;
    private final GenerationListener listener;
    private final TokenSet ends;
    private final Deque<Job> pending = new ArrayDeque<>();
    private final List<ActiveRow> rows = new ArrayList<>();
    /** What follows each prompt that more samples may come from, by the prompt's tokens. */
    private final Map<IntBuffer, First> firstScores = new HashMap<>();
    private final Map<Integer, Rollout> done = new HashMap<>();

    GenerationRun(SlotModels models, Generation generation, StopRule stop, GenerationListener listener) {
        this.models = models;
        this.generation = generation;
        this.chooser = new Chooser(generation.sampling(), generation.support().kept());
        this.stop = stop;
        this.listener = listener;
        this.ends = TokenSet.of(generation.stop().tokens().stream().mapToInt(Integer::intValue).toArray());
    }

    /** Takes so many steps, or as many as it needs; a step reads some prompts or one token of every row. */
    GenerationState run(Collection<Job> jobs, Map<Integer, Rollout> before, int steps) {
        pending.addAll(jobs);
        done.putAll(before);
        for (int step = 0; step < steps && !(pending.isEmpty() && rows.isEmpty()); step++) {
            try (Scope scope = Scope.open()) {
                if (shouldAdmit()) {
                    admit();
                } else {
                    decode();
                }
                removeFinished();
            }
        }
        List<Unfinished> left = new ArrayList<>(rows.stream().map(ActiveRow::unfinished).toList());
        pending.forEach(job -> left.add(job.start()));
        return new GenerationState(done, left);
    }

    private boolean shouldAdmit() {
        return !pending.isEmpty() && (rows.isEmpty() || free() * ADMISSION_SHARE >= models.slots());
    }

    private int free() { return models.slots() - rows.size(); }

    private void decode() {
        Scores scores = models.decode(rows.stream().mapToInt(ActiveRow::lastToken).toArray());
        choose(rows, scores::first);
    }

    /** What the models say of a row. */
    private interface RowScores {
        First of(int row);
    }

    /** Constraints answer one after the other, the rest of the work is spread over threads. */
    private void choose(List<ActiveRow> which, RowScores scores) {
        Choice[] choices = new Choice[which.size()];
        boolean free = generation.support().constraint() == Constraint.NONE;
        if (free) {
            Workers.each(choices.length, i -> choices[i] = choice(which.get(i), scores.of(i), TokenSet.ALL));
        } else {
            for (int i = 0; i < choices.length; i++) {
                First first = scores.of(i);
                Constraint constraint = generation.support().constraint();
                Constraint.Written written = which.get(i).written(first.guide());
                choices[i] = choice(which.get(i),
                        new First(constraint.scores(first.policy(), written), first.guide()),
                        constraint.allowed(written));
            }
        }
        for (int i = 0; i < choices.length; i++) {
            ActiveRow row = which.get(i);
            row.add(choices[i], generation, stop);
            listener.onToken(row.job().prompt().index(), row.job().sample(), choices[i].token());
        }
    }

    private Choice choice(ActiveRow row, First scores, TokenSet allowed) {
        boolean early = row.count() < generation.support().minNewTokens();
        int[] seen = chooser.penalises() ? row.sequence() : new int[0];
        return chooser.choose(scores.policy(), new Chooser.Question(allowed, early ? ends : TokenSet.of(), seen,
                row.job().uniform(generation.sampling().seed(), row.count())));
    }

    /** Takes jobs from the queue: prompts that are new are read together, samples of a known one copy its slot. */
    private void admit() {
        List<Job> readers = new ArrayList<>();
        List<Job> copiers = new ArrayList<>();
        int tokens = 0;
        while (!pending.isEmpty() && readers.size() + copiers.size() < free()) {
            Job job = pending.element();
            if (isKnown(job) || readers.stream().anyMatch(reader -> begins(reader, job))) {
                copiers.add(pending.remove());
                continue;
            }
            tokens += job.start().sequence().length;
            if (tokens > PREFILL_TOKENS && !readers.isEmpty()) {
                break;
            }
            readers.add(pending.remove());
        }
        int before = rows.size();
        List<First> first = new ArrayList<>(read(readers));
        for (Job job : copiers) {
            copy(job);
            first.add(firstScores.get(key(job)));
        }
        choose(List.copyOf(rows.subList(before, rows.size())), first::get);
        firstScores.keySet().removeIf(prompt -> pending.isEmpty() || !key(pending.element()).equals(prompt));
    }

    private static IntBuffer key(Job job) { return IntBuffer.wrap(job.prompt().ids()); }

    /** Whether a job can start from what is at work. */
    private boolean isKnown(Job job) {
        return job.start().isFresh() && firstScores.containsKey(key(job))
                && rows.stream().anyMatch(row -> key(row.job()).equals(key(job)));
    }

    private static boolean begins(Job reader, Job job) {
        return reader.start().isFresh() && job.start().isFresh() && key(reader).equals(key(job));
    }

    private List<First> read(List<Job> jobs) {
        if (jobs.isEmpty()) {
            return List.of();
        }
        Scores scores = models.read(jobs.stream().map(job -> job.start().sequence()).toList());
        List<First> first = IntStream.range(0, jobs.size()).mapToObj(scores::first).toList();
        for (int n = 0; n < jobs.size(); n++) {
            if (jobs.get(n).start().isFresh()) {
                firstScores.put(key(jobs.get(n)), first.get(n));
            }
            rows.add(new ActiveRow(jobs.get(n)));
        }
        return first;
    }

    private void copy(Job job) {
        int slot = 0;
        while (!key(rows.get(slot).job()).equals(key(job))) {
            slot++;
        }
        models.repeat(slot, job.prompt().ids().length);
        rows.add(new ActiveRow(job));
    }

    /** From the last slot down, so that the cache fills a gap with a row that goes on. */
    private void removeFinished() {
        for (int slot = rows.size() - 1; slot >= 0; slot--) {
            ActiveRow row = rows.get(slot);
            if (row.finished()) {
                models.remove(slot);
                ActiveRow last = rows.removeLast();
                if (last != row) {
                    rows.set(slot, last);
                }
                Rollout rollout = row.rollout(stop);
                done.put(row.job().number(), rollout);
                listener.onFinished(rollout);
            }
        }
    }
}
