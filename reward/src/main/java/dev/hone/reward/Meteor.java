package dev.hone.reward;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * METEOR (Banerjee and Lavie 2005; Lavie and Agarwal 2007) as NLTK defines it, in [0, 1], without synonyms: words match
 * exactly, then by their stems. Words stand between blanks and are compared in lower case.
 *
 * @param alpha how much more recall counts than precision
 * @param beta how steeply the penalty for scattered matches rises
 * @param gamma the greatest penalty
 */
public record Meteor(double alpha, double beta, double gamma) {
    /** 0.9, 3 and 0.5. */
    public static Meteor usual() { return new Meteor(0.9, 3, 0.5); }

    private record Match(int own, int other) {}

    /** The score against one reference. */
    public double score(String text, String reference) {
        List<String> own = NGrams.words(text.toLowerCase(Locale.ROOT));
        List<String> other = NGrams.words(reference.toLowerCase(Locale.ROOT));
        List<Match> matches = new ArrayList<>();
        match(own, other, UnaryOperator.identity(), matches);
        match(own, other, PorterStemmer::stem, matches);
        if (matches.isEmpty()) {
            return 0;
        }
        matches.sort(Comparator.comparingInt(Match::own));
        double precision = (double) matches.size() / own.size();
        double recall = (double) matches.size() / other.size();
        double mean = precision * recall / (alpha * precision + (1 - alpha) * recall);
        return (1 - gamma * Math.pow((double) chunks(matches) / matches.size(), beta)) * mean;
    }

    /** Adds matches of words that have none yet, from the last word back. */
    private static void match(List<String> own, List<String> other, UnaryOperator<String> form, List<Match> matches) {
        boolean[] takenOwn = new boolean[own.size()];
        boolean[] taken = new boolean[other.size()];
        matches.forEach(match -> {
            takenOwn[match.own()] = true;
            taken[match.other()] = true;
        });
        List<String> forms = other.stream().map(form).toList();
        for (int i = own.size() - 1; i >= 0; i--) {
            String word = form.apply(own.get(i));
            for (int j = other.size() - 1; j >= 0 && !takenOwn[i]; j--) {
                if (!taken[j] && word.equals(forms.get(j))) {
                    matches.add(new Match(i, j));
                    takenOwn[i] = true;
                    taken[j] = true;
                }
            }
        }
    }

    private static int chunks(List<Match> matches) {
        int chunks = 1;
        for (int i = 1; i < matches.size(); i++) {
            Match before = matches.get(i - 1);
            Match here = matches.get(i);
            chunks += here.own() == before.own() + 1 && here.other() == before.other() + 1 ? 0 : 1;
        }
        return chunks;
    }
}
