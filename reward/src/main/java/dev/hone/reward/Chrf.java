package dev.hone.reward;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * chrF (Popović 2015) and chrF++ (Popović 2017) as sacreBLEU computes them, in [0, 100]: the F score of character n-grams, for
 * chrF++ of word n-grams too.
 *
 * @param characters the longest character n-gram
 * @param words the longest word n-gram; 0 = none, 2 for chrF++
 * @param beta how much more recall counts than precision
 * @param lowercase whether case is ignored
 */
public record Chrf(int characters, int words, double beta, boolean lowercase) {
    private static final String MARKS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    public Chrf {
        if (characters < 1 || words < 0 || !(beta > 0)) {
            throw new IllegalArgumentException("chrF of " + characters + " characters, " + words + " words and beta "
                    + beta + ": expected at least 1, at least 0 and above 0");
        }
    }

    /** Six characters, no words, beta 2. */
    public static Chrf usual() { return new Chrf(6, 0, 2, false); }

    /** The score of one text; of several references the best one's. */
    public double score(String text, List<String> references) {
        return score(best(text, references));
    }

    /** The score of many texts together: their counts are added before anything is divided. */
    public double corpus(List<String> texts, List<List<String>> references) {
        int[][] sum = new int[characters + words][3];
        for (int i = 0; i < texts.size(); i++) {
            int[][] counts = best(texts.get(i), references.get(i));
            for (int n = 0; n < sum.length; n++) {
                for (int k = 0; k < 3; k++) {
                    sum[n][k] += counts[n][k];
                }
            }
        }
        return score(sum);
    }

    /** Of each length: n-grams of the text, of the reference, of both. */
    private int[][] best(String text, List<String> references) {
        List<Map<List<String>, Integer>> own = grams(text);
        int[][] best = new int[own.size()][3];
        double highest = -1;
        for (String reference : references) {
            List<Map<List<String>, Integer>> other = grams(reference);
            int[][] counts = new int[own.size()][];
            for (int n = 0; n < counts.length; n++) {
                int inReference = NGrams.total(other.get(n));
                counts[n] = new int[]{inReference == 0 ? 0 : NGrams.total(own.get(n)), inReference,
                        NGrams.shared(own.get(n), other.get(n))};
            }
            if (score(counts) > highest) {
                highest = score(counts);
                best = counts;
            }
        }
        return best;
    }

    private List<Map<List<String>, Integer>> grams(String given) {
        String text = lowercase ? given.toLowerCase(Locale.ROOT) : given;
        List<String> letters = NGrams.characters(NGrams.withoutBlanks(text));
        List<Map<List<String>, Integer>> grams = new ArrayList<>();
        for (int n = 1; n <= characters; n++) {
            grams.add(new HashMap<>(NGrams.count(letters, n)));
        }
        List<String> parts = words == 0 ? List.of() : parts(text);
        for (int n = 1; n <= words; n++) {
            grams.add(NGrams.count(parts, n));
        }
        return grams;
    }

    /** Words, a mark at the end of one, else at its start, by itself. */
    private static List<String> parts(String text) {
        List<String> parts = new ArrayList<>();
        for (String word : NGrams.words(text)) {
            int last = word.length() - 1;
            if (last > 0 && MARKS.indexOf(word.charAt(last)) >= 0) {
                parts.addAll(List.of(word.substring(0, last), word.substring(last)));
            } else if (last > 0 && MARKS.indexOf(word.charAt(0)) >= 0) {
                parts.addAll(List.of(word.substring(0, 1), word.substring(1)));
            } else {
                parts.add(word);
            }
        }
        return parts;
    }

    private double score(int[][] counts) {
        double precision = 0;
        double recall = 0;
        int lengths = 0;
        for (int[] count : counts) {
            if (count[0] > 0 && count[1] > 0) {
                precision += (double) count[2] / count[0];
                recall += (double) count[2] / count[1];
                lengths++;
            }
        }
        if (precision + recall == 0) {
            return 0;
        }
        double factor = beta * beta;
        return 100 * (1 + factor) * precision * recall / (factor * precision + recall) / lengths;
    }
}
