package dev.hone.train;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** The prompts of a run without end: all of them once an epoch, each epoch in an order of its own that follows from the seed. */
final class PromptOrder {
    private final List<PromptRow> prompts;
    private final boolean shuffle;
    private final long seed;
    private long orderedEpoch = -1;
    private int[] order = {};

    PromptOrder(List<PromptRow> prompts, boolean shuffle, long seed) {
        this.prompts = List.copyOf(prompts);
        this.shuffle = shuffle;
        this.seed = seed;
    }

    int size() { return prompts.size(); }

    /** The prompts at some places, counted from the beginning of the run. */
    List<PromptRow> at(long from, int count) {
        List<PromptRow> chosen = new ArrayList<>();
        for (long place = from; place < from + count; place++) {
            chosen.add(prompts.get(order(place / prompts.size())[(int) (place % prompts.size())]));
        }
        return chosen;
    }

    private int[] order(long epoch) {
        if (epoch != orderedEpoch) {
            order = shuffle ? shuffled(prompts.size(), seed, epoch) : plain(prompts.size());
            orderedEpoch = epoch;
        }
        return order;
    }

    private static int[] plain(int size) { return java.util.stream.IntStream.range(0, size).toArray(); }

    /** The numbers below {@code size} in an order that follows from seed and epoch. */
    static int[] shuffled(int size, long seed, long epoch) {
        int[] fresh = plain(size);
        SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + epoch);
        for (int i = size - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int kept = fresh[i];
            fresh[i] = fresh[j];
            fresh[j] = kept;
        }
        return fresh;
    }
}
