package dev.hone.rollout;

import dev.hone.model.Decoder;
import dev.hone.model.KvCache;
import dev.hone.model.Rows;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.text.Packed;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One call of the engine: the queue, the rows at work (row i is in slot i of the cache) and what is done. */
final class GenerationRun {
    /** Prompt tokens read in one forward pass; more would need much memory and no less time. */
    private static final int PREFILL_TOKENS = 4096;
    /** New rows are admitted when this fraction of the slots is free: reading prompts one by one is slow. */
    private static final int ADMISSION_SHARE = 4;

    private final Decoder model;
    private final KvCache cache;
    private final Chooser chooser;
    private final long seed;
    private final StopRule stop;
    private final GenerationListener listener;
    private final Deque<Job> pending = new ArrayDeque<>();
    private final List<ActiveRow> rows = new ArrayList<>();
    /** What follows each prompt that more samples may come from, by group. */
    private final Map<Integer, float[]> firstWeights = new HashMap<>();
    private final Map<Integer, Rollout> done = new TreeMap<>();

    GenerationRun(Decoder model, KvCache cache, Chooser chooser, long seed, StopRule stop,
            GenerationListener listener) {
        this.model = model;
        this.cache = cache;
        this.chooser = chooser;
        this.seed = seed;
        this.stop = stop;
        this.listener = listener;
    }

    List<Rollout> complete(List<Job> jobs) {
        pending.addAll(jobs);
        while (!pending.isEmpty() || !rows.isEmpty()) {
            try (Scope step = Scope.open()) {
                if (shouldAdmit()) {
                    admit();
                } else {
                    decode();
                }
                removeFinished();
            }
        }
        return List.copyOf(done.values());
    }

    private boolean shouldAdmit() {
        return !pending.isEmpty() && (rows.isEmpty() || free() * ADMISSION_SHARE >= cache.slots());
    }

    private int free() { return cache.slots() - rows.size(); }

    private void decode() {
        int[] tokens = rows.stream().mapToInt(ActiveRow::lastToken).toArray();
        float[] weighed = chooser.weigh(model.decodeLogits(tokens, cache),
                () -> rows.stream().map(ActiveRow::seen).toList());
        for (int row = 0; row < rows.size(); row++) {
            choose(rows.get(row), weighed, row);
        }
    }

    private void choose(ActiveRow row, float[] weighed, int at) {
        Job job = row.job();
        Choice choice = chooser.choose(weighed, at, model.vocabulary(), job.uniform(seed, row.count()));
        row.add(choice, stop);
        listener.onToken(job.prompt().index(), job.sample(), choice.token());
    }

    /** Takes jobs from the queue: prompts that are new are read together, samples of a known one copy its slot. */
    private void admit() {
        List<Job> readers = new ArrayList<>();
        List<Job> copiers = new ArrayList<>();
        int tokens = 0;
        while (!pending.isEmpty() && readers.size() + copiers.size() < free()) {
            Job job = pending.element();
            if (isAtWork(job.group()) || readers.stream().anyMatch(reader -> reader.group() == job.group())) {
                copiers.add(pending.remove());
                continue;
            }
            tokens += job.prompt().ids().length;
            if (tokens > PREFILL_TOKENS && !readers.isEmpty()) {
                break;
            }
            readers.add(pending.remove());
        }
        int before = rows.size();
        read(readers);
        copiers.forEach(this::copy);
        for (ActiveRow row : rows.subList(before, rows.size())) {
            choose(row, weights(row.job().group()), 0);
        }
        firstWeights.keySet().removeIf(group -> pending.isEmpty() || pending.element().group() != group);
    }

    private boolean isAtWork(int group) { return rows.stream().anyMatch(row -> row.job().group() == group); }

    private float[] weights(int group) {
        float[] weights = firstWeights.get(group);
        if (weights == null) {
            throw new IllegalStateException("prompt " + group + " was not read");
        }
        return weights;
    }

    private void read(List<Job> jobs) {
        if (jobs.isEmpty()) {
            return;
        }
        List<int[]> prompts = jobs.stream().map(job -> job.prompt().ids()).toList();
        Tensor hidden = model.prefill(Rows.rounded(packed(prompts), model.vocabulary(), model.device()), cache);
        float[] weighed = chooser.weigh(model.head().logits(hidden), () -> prompts);
        for (int n = 0; n < jobs.size(); n++) {
            int from = n * model.vocabulary();
            firstWeights.put(jobs.get(n).group(), Arrays.copyOfRange(weighed, from, from + model.vocabulary()));
            rows.add(new ActiveRow(jobs.get(n)));
        }
    }

    private void copy(Job job) {
        for (int slot = 0; slot < rows.size(); slot++) {
            if (rows.get(slot).job().group() == job.group()) {
                cache.repeat(slot, job.prompt().ids().length, 1);
                rows.add(new ActiveRow(job));
                return;
            }
        }
        throw new IllegalStateException("prompt " + job.group() + " is in no slot");
    }

    private static Packed packed(List<int[]> prompts) {
        int[] starts = new int[prompts.size() + 1];
        for (int n = 0; n < prompts.size(); n++) {
            starts[n + 1] = starts[n] + prompts.get(n).length;
        }
        int[] ids = prompts.stream().flatMapToInt(Arrays::stream).toArray();
        return new Packed(ids, starts, new float[ids.length]);
    }

    /** From the last slot down, so that the cache fills a gap with a row that goes on. */
    private void removeFinished() {
        for (int slot = rows.size() - 1; slot >= 0; slot--) {
            ActiveRow row = rows.get(slot);
            if (row.finished()) {
                cache.remove(slot);
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
