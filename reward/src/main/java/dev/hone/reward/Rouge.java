package dev.hone.reward;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * ROUGE (Lin 2004): how much of a reference a text has, as precision, recall and their F score, each in [0, 1]. Words are runs
 * of a to z and 0 to 9 in lower case, without stemming.
 *
 * @param precision share of the text that stands in the reference
 * @param recall share of the reference that stands in the text
 */
public record Rouge(double precision, double recall) {
    private static final Pattern WORD = Pattern.compile("[a-z0-9]+");

    /** ROUGE-N: shared n-grams. */
    public static Rouge n(int order, String text, String reference) {
        Map<List<String>, Integer> own = NGrams.count(words(text), order);
        Map<List<String>, Integer> other = NGrams.count(words(reference), order);
        return of(NGrams.shared(own, other), NGrams.total(own), NGrams.total(other));
    }

    /** ROUGE-L: the longest common subsequence. */
    public static Rouge l(String text, String reference) {
        List<String> own = words(text);
        List<String> other = words(reference);
        int[] row = new int[other.size() + 1];
        for (String word : own) {
            int diagonal = 0;
            for (int j = 1; j <= other.size(); j++) {
                int above = row[j];
                row[j] = word.equals(other.get(j - 1)) ? diagonal + 1 : Math.max(above, row[j - 1]);
                diagonal = above;
            }
        }
        return of(row[other.size()], own.size(), other.size());
    }

    private static List<String> words(String text) {
        return WORD.matcher(text.toLowerCase(Locale.ROOT)).results().map(MatchResult::group).toList();
    }

    private static Rouge of(int shared, int own, int other) {
        return new Rouge(own == 0 ? 0 : (double) shared / own, other == 0 ? 0 : (double) shared / other);
    }

    /** The harmonic mean of precision and recall. */
    public double f() {
        return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }
}
