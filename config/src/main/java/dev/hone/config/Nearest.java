package dev.hone.config;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The known name that a misspelt one was probably meant to be. */
public final class Nearest {
    private static final int LONGEST = 64;

    private Nearest() {}

    /**
     * By edit distance (a swap of neighbours counts once) up to a third of the length; else the shortest known name that has all
     * words of the given one, as {@code batch_size} in {@code per_device_train_batch_size}.
     */
    public static Optional<String> of(String name, Collection<String> known) {
        String asked = Names.snake(name.length() > LONGEST ? name.substring(0, LONGEST) : name);
        int limit = Math.max(1, asked.length() / 3);
        Optional<String> close = known.stream().filter(each -> Math.abs(each.length() - asked.length()) <= limit)
                .filter(each -> distance(asked, each) <= limit)
                .min(Comparator.<String>comparingInt(each -> distance(asked, each))
                        .thenComparing(Comparator.naturalOrder()));
        return close.or(() -> byWords(asked, known));
    }

    private static Optional<String> byWords(String asked, Collection<String> known) {
        List<String> words = words(asked);
        return known.stream().filter(each -> !words.isEmpty() && Set.copyOf(words(each)).containsAll(words))
                .min(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()));
    }

    private static List<String> words(String name) {
        return Arrays.stream(name.split("_")).filter(word -> word.length() > 1).toList();
    }

    /** Optimal string alignment: insertions, deletions, replacements and swaps of neighbours. */
    static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                cost[i][j] = i == 0 || j == 0 ? i + j : cell(a, b, cost, i, j);
            }
        }
        return cost[a.length()][b.length()];
    }

    private static int cell(String a, String b, int[][] cost, int i, int j) {
        int replace = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int best = Math.min(replace, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(best, cost[i - 2][j - 2] + 1) : best;
    }
}
