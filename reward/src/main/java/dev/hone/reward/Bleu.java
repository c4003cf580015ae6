package dev.hone.reward;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * BLEU (Papineni et al. 2002) as sacreBLEU computes it, in [0, 100]: the geometric mean of the shares of n-grams that stand in
 * a reference, for n = 1 to 4, times a penalty for texts shorter than the reference.
 *
 * @param tokenizer what a word is
 * @param lowercase whether case is ignored
 * @param smoothing what stands for an n-gram length without a match
 * @param smoothValue of {@link Smoothing#FLOOR} and {@link Smoothing#ADD_K}
 * @param effectiveOrder whether lengths longer than the text are left out; for single sentences
 */
public record Bleu(BleuTokenizer tokenizer, boolean lowercase, Smoothing smoothing, double smoothValue,
        boolean effectiveOrder) {
    private static final int ORDER = 4;

    /** What stands for an n-gram length without a match (Chen and Cherry 2014). */
    public enum Smoothing {
        /** Nothing: the score is 0. */
        NONE,
        /** Half of one match, for the next such length a quarter, and so on. */
        EXP,
        /** The value. */
        FLOOR,
        /** The value is added to matches and counts beyond single words. */
        ADD_K
    }

    /** sacreBLEU's settings for a sentence. */
    public static Bleu sentence() {
        return new Bleu(BleuTokenizer.V13A, false, Smoothing.EXP, 0, true);
    }

    /**
     * The score of one text.
     *
     * @param references at least one
     */
    public double score(String text, List<String> references) { return score(counts(text, references)); }

    /**
     * The score of many texts together: their counts are added before anything is divided.
     *
     * @param references those of each text
     */
    public double corpus(List<String> texts, List<List<String>> references) {
        Counts sum = new Counts(new int[ORDER], new int[ORDER], 0, 0);
        for (int i = 0; i < texts.size(); i++) {
            sum = sum.plus(counts(texts.get(i), references.get(i)));
        }
        return score(sum);
    }

    /** Matches and n-grams of each length, words of the text and of the nearest reference. */
    private record Counts(int[] matches, int[] all, int words, int reference) {
        Counts plus(Counts other) {
            int[] sumMatches = matches.clone();
            int[] sumAll = all.clone();
            for (int n = 0; n < ORDER; n++) {
                sumMatches[n] += other.matches[n];
                sumAll[n] += other.all[n];
            }
            return new Counts(sumMatches, sumAll, words + other.words, reference + other.reference);
        }
    }

    private List<String> words(String text) {
        return tokenizer.words((lowercase ? text.toLowerCase(Locale.ROOT) : text).stripTrailing());
    }

    private Counts counts(String text, List<String> references) {
        List<String> own = words(text);
        List<List<String>> others = references.stream().map(this::words).toList();
        Counts counts = new Counts(new int[ORDER], new int[ORDER], own.size(), nearest(own.size(), others));
        for (int n = 1; n <= ORDER; n++) {
            Map<List<String>, Integer> most = new HashMap<>();
            for (List<String> other : others) {
                NGrams.count(other, n).forEach((gram, count) -> most.merge(gram, count, Math::max));
            }
            Map<List<String>, Integer> found = NGrams.count(own, n);
            counts.matches()[n - 1] = NGrams.shared(found, most);
            counts.all()[n - 1] = NGrams.total(found);
        }
        return counts;
    }

    /** The length that is nearest, of two so the shorter. */
    private static int nearest(int length, List<List<String>> references) {
        int nearest = references.getFirst().size();
        for (List<String> reference : references) {
            int distance = Math.abs(reference.size() - length);
            int best = Math.abs(nearest - length);
            nearest = distance < best || distance == best && reference.size() < nearest ? reference.size() : nearest;
        }
        return nearest;
    }

    private double score(Counts counts) {
        int matched = 0;
        for (int matches : counts.matches()) {
            matched += matches;
        }
        if (matched == 0) {
            return 0;
        }
        double logs = 0;
        double half = 1;
        int order = ORDER;
        for (int n = 1; n <= ORDER; n++) {
            boolean added = smoothing == Smoothing.ADD_K && n > 1;
            double matches = counts.matches()[n - 1] + (added ? smoothValue : 0);
            double all = counts.all()[n - 1] + (added ? smoothValue : 0);
            if (all == 0) {
                order = effectiveOrder ? n - 1 : order;
                logs = effectiveOrder ? logs : Double.NEGATIVE_INFINITY;
                break;
            }
            if (matches == 0 && smoothing == Smoothing.EXP) {
                half /= 2;
            }
            double stand = smoothing == Smoothing.EXP ? half : smoothing == Smoothing.FLOOR ? smoothValue : 0;
            logs += Math.log(100 * (matches == 0 ? stand : matches) / all);
        }
        double brevity = counts.words() >= counts.reference()
                ? 1
                : Math.exp(1 - (double) counts.reference() / counts.words());
        return brevity * Math.exp(logs / order);
    }
}
