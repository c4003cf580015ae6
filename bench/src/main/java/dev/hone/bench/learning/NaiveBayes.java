package dev.hone.bench.learning;

import dev.hone.reward.RewardFunction;
import dev.hone.reward.RewardInput;
import dev.hone.reward.Score;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A classifier of another kind than any model here: the words and pairs of words that a text holds, each counted once, with
 * add-one smoothing. Its score is the probability of label 1 for prompt and answer together.
 */
final class NaiveBayes implements RewardFunction {
    private final List<Map<String, Integer>> counts = List.of(new HashMap<>(), new HashMap<>());
    private final double[] totals = new double[2];
    private final Set<String> known = new HashSet<>();

    /** @param texts of each label, about as many */
    NaiveBayes(List<List<String>> texts) {
        for (int label = 0; label < 2; label++) {
            for (String text : texts.get(label)) {
                for (String feature : features(text)) {
                    counts.get(label).merge(feature, 1, Integer::sum);
                    known.add(feature);
                    totals[label]++;
                }
            }
        }
    }

    /** The probability of label 1. */
    double probability(String text) {
        double odds = 0;
        for (String feature : features(text)) {
            if (known.contains(feature)) {
                odds += share(1, feature) - share(0, feature);
            }
        }
        return 1 / (1 + Math.exp(-odds));
    }

    private double share(int label, String feature) {
        return Math.log((counts.get(label).getOrDefault(feature, 0) + 1.0) / (totals[label] + known.size()));
    }

    private static Set<String> features(String text) {
        String[] words = text.strip().split("\\s+");
        Set<String> features = new HashSet<>(List.of(words));
        for (int i = 1; i < words.length; i++) {
            features.add(words[i - 1] + " " + words[i]);
        }
        return features;
    }

    @Override
    public Score score(RewardInput input) { return Score.of(probability(input.prompt() + input.completion())); }
}
