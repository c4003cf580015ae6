package dev.hone.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * The merge loop of byte-pair encoding over distinct words with counts. Pair counts are kept up to date where a merge
 * touches a word, and the best pair comes from a heap whose stale entries are put back with their present count, so a
 * merge costs what it changes and not the whole text (Sennrich et al. 2016, arXiv:1508.07909, with incremental counts).
 */
final class BpeMerger {
    /** A pair seen once is no pattern. */
    private static final long LEAST_COUNT = 2;

    private final List<int[]> words;
    private final long[] counts;
    private final Map<Long, Pair> pairs = new HashMap<>();
    private final PriorityQueue<Entry> heap = new PriorityQueue<>(
            Comparator.comparingLong(Entry::count).reversed().thenComparing(Entry::pair, Long::compareUnsigned));

    /** How often a pair occurs, and the words that have held it (some may hold it no longer). */
    private static final class Pair {
        long count;
        int[] words = new int[2];
        int size;

        void heldBy(int word) {
            if (size > 0 && words[size - 1] == word)
                return;
            if (size == words.length) {
                words = Arrays.copyOf(words, 2 * size);
            }
            words[size++] = word;
        }
    }

    private record Entry(long count, long pair) {}

    /**
     * @param words distinct words as token ids
     * @param counts how often each word occurs
     */
    BpeMerger(List<int[]> words, long[] counts) {
        this.words = new ArrayList<>(words);
        this.counts = counts.clone();
        for (int w = 0; w < words.size(); w++) {
            recount(words.get(w), 0, words.get(w).length, counts[w], w);
        }
        pairs.forEach((key, pair) -> heap.add(new Entry(pair.count, key)));
    }

    /** The pair that occurs most often, of equals the one with the smallest ids, as {left, right}; empty when none repeats. */
    Optional<int[]> best() {
        while (!heap.isEmpty()) {
            Entry entry = heap.remove();
            long now = count(entry.pair());
            if (now < LEAST_COUNT)
                continue;
            if (now == entry.count()) {
                return Optional.of(new int[]{left(entry.pair()), right(entry.pair())});
            }
            heap.add(new Entry(now, entry.pair()));
        }
        return Optional.empty();
    }

    /** Replaces {@code left right} by {@code merged} in every word. */
    void merge(int left, int right, int merged) {
        Pair held = pairs.remove(pair(left, right));
        if (held == null)
            return;
        List<Long> made = new ArrayList<>();
        for (int i = 0; i < held.size; i++) {
            mergeIn(held.words[i], left, right, merged, made);
        }
        pairs.remove(pair(left, right)); // what the words' own updates left of it: the pair is gone from all of them
        made.stream().distinct().forEach(key -> heap.add(new Entry(count(key), key)));
    }

    private void mergeIn(int w, int left, int right, int merged, List<Long> made) {
        int[] word = words.get(w);
        int[] next = new int[word.length];
        int size = 0;
        int first = -1;
        int end = 0; // of the last place, in the old word
        for (int i = 0; i < word.length; i++) {
            boolean here = word[i] == left && i + 1 < word.length && word[i + 1] == right;
            next[size++] = here ? merged : word[i];
            if (here) {
                first = first < 0 ? i : first;
                end = ++i + 1;
            }
        }
        if (first < 0)
            return;
        int from = Math.max(0, first - 1);
        int to = Math.min(word.length, end + 1);
        recount(word, from, to, -counts[w], w);
        recount(next, from, size - (word.length - to), counts[w], w);
        for (int i = from; i + 1 < size; i++) {
            if (next[i] == merged || next[i + 1] == merged) {
                made.add(pair(next[i], next[i + 1]));
            }
        }
        words.set(w, Arrays.copyOf(next, size));
    }

    /** Adds {@code change} to the pairs inside word[from, to). */
    private void recount(int[] word, int from, int to, long change, int w) {
        for (int i = from; i + 1 < to; i++) {
            change(pair(word[i], word[i + 1]), change, w);
        }
    }

    private void change(long key, long change, int word) {
        Pair pair = pairs.computeIfAbsent(key, k -> new Pair());
        pair.count += change;
        if (change > 0) {
            pair.heldBy(word);
        }
    }

    private long count(long key) {
        Pair pair = pairs.get(key);
        return pair == null ? 0 : pair.count;
    }

    private static long pair(int left, int right) { return ((long) left << 32) | right; }

    private static int left(long pair) { return (int) (pair >>> 32); }

    private static int right(long pair) { return (int) pair; }
}
