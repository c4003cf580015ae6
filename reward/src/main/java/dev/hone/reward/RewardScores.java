package dev.hone.reward;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What several rewards said of some completions.
 *
 * @param byName the scores of each reward, in the order of the rewards and of the completions
 * @param totals [N] the weighted sum of each completion; a number for each token where one of the rewards gave such, and then
 *     those for whole completions stand at its last token
 */
public record RewardScores(Map<String, List<Score>> byName, List<Score> totals) {
    /** Different reasons that are counted apart for one reward; messages may hold anything. */
    private static final int REASONS = 20;

    static RewardScores of(List<NamedReward> rewards, Map<String, List<Score>> byName, List<RewardInput> inputs,
            MissingScores missing) {
        List<Score> totals = new ArrayList<>(inputs.size());
        for (int i = 0; i < inputs.size(); i++) {
            Map<NamedReward, Score> row = new LinkedHashMap<>();
            for (NamedReward reward : rewards) {
                if (reward.weight() != 0 || rewards.size() == 1) {
                    row.put(reward, byName.getOrDefault(reward.name(), List.of()).get(i));
                }
            }
            totals.add(total(row, inputs.get(i).completionIds().length, missing));
        }
        return new RewardScores(new LinkedHashMap<>(byName), List.copyOf(totals));
    }

    private static Score total(Map<NamedReward, Score> row, int tokens, MissingScores missing) {
        List<NamedReward> without = row.keySet().stream().filter(reward -> !usable(row, reward)).toList();
        if (without.size() == row.size() || missing == MissingScores.LEAVE_OUT && !without.isEmpty()) {
            return Score.unusable("no score of "
                    + without.stream().map(NamedReward::name).collect(Collectors.joining(", ")));
        }
        double whole = 0;
        double[] each = new double[tokens];
        boolean dense = false;
        for (Map.Entry<NamedReward, Score> entry : row.entrySet()) {
            double weight = entry.getKey().weight();
            switch (entry.getValue()) {
                case Score.Value(double value) -> whole += weight * value;
                case Score.Dense(float[] values) -> {
                    dense = true;
                    for (int t = 0; t < tokens; t++) {
                        each[t] += weight * values[t];
                    }
                }
                case Score.Unusable ignored -> whole += 0;
            }
        }
        if (!dense || tokens == 0) {
            return Score.of(whole);
        }
        each[tokens - 1] += whole;
        float[] values = new float[tokens];
        for (int t = 0; t < tokens; t++) {
            values[t] = (float) each[t];
        }
        return Score.dense(values);
    }

    private static boolean usable(Map<NamedReward, Score> row, NamedReward reward) {
        return row.getOrDefault(reward, Score.unusable("")).usable();
    }

    /** How many completions have a total. A run should end where this is 0 for many steps. */
    public int usable() {
        return (int) totals.stream().filter(Score::usable).count();
    }

    /** How often each reward had no score, by its name and the reason; rewards that always had one are left out. */
    public Map<String, Map<String, Integer>> unusable() {
        Map<String, Map<String, Integer>> counts = new LinkedHashMap<>();
        byName.forEach((name, scores) -> scores.forEach(score -> {
            if (score instanceof Score.Unusable(String reason)) {
                Map<String, Integer> own = counts.computeIfAbsent(name, key -> new TreeMap<>());
                own.merge(own.size() < REASONS || own.containsKey(reason) ? reason : "other reasons", 1, Integer::sum);
            }
        }));
        return counts;
    }

    /**
     * For the log: {@code reward} (mean of the totals), {@code rewards/unusable} (completions without one), and of each reward
     * {@code rewards/NAME/mean}, {@code /std} (with count - 1 in the divisor; 0 for fewer than two) and {@code /unusable}. What
     * is unusable enters no mean; a mean of nothing is left out.
     */
    public Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        Moments all = Moments.of(totals);
        if (all.count() > 0) {
            metrics.put("reward", all.mean());
        }
        metrics.put("rewards/unusable", (double) (totals.size() - usable()));
        byName.forEach((name, scores) -> {
            Moments moments = Moments.of(scores);
            if (moments.count() > 0) {
                metrics.put("rewards/" + name + "/mean", moments.mean());
                metrics.put("rewards/" + name + "/std", moments.deviation());
            }
            metrics.put("rewards/" + name + "/unusable", (double) (scores.size() - moments.count()));
        });
        return metrics;
    }

    private record Moments(int count, double mean, double deviation) {
        static Moments of(List<Score> scores) {
            double[] values = scores.stream().filter(Score::usable).mapToDouble(Score::total).toArray();
            double mean = 0;
            for (double value : values) {
                mean += value / values.length;
            }
            double squares = 0;
            for (double value : values) {
                squares += (value - mean) * (value - mean);
            }
            return new Moments(values.length, mean, values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)));
        }
    }
}
