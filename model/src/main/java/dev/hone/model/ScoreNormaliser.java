package dev.hone.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The running mean and standard deviation of scores, per label: scores of different reward models, or of one model at
 * different times of its training, become comparable once they are normalised. Batches are merged without keeping their
 * values (Chan, Golub and LeVeque, 1979).
 *
 * @param count how many rows were seen
 * @param means of each label
 * @param deviations of each label, with count - 1 in the divisor; 0 before the second row
 */
public record ScoreNormaliser(long count, List<Double> means, List<Double> deviations) {
    private static final double LEAST_DEVIATION = 1e-8;

    public ScoreNormaliser {
        means = List.copyOf(means);
        deviations = List.copyOf(deviations);
        boolean sound = means.size() == deviations.size() && !means.isEmpty() && count >= 0
                && means.stream().allMatch(Double::isFinite)
                && deviations.stream().allMatch(d -> Double.isFinite(d) && d >= 0);
        if (!sound) {
            throw new IllegalArgumentException("a score normaliser of " + count + " rows with means " + means
                    + " and deviations " + deviations + ": expected one finite mean and one deviation of at least 0 for"
                    + " each label");
        }
    }

    /** One that has seen nothing, and leaves scores as they are. */
    public static ScoreNormaliser empty(int labels) {
        return new ScoreNormaliser(0, Collections.nCopies(labels, 0.0), Collections.nCopies(labels, 0.0));
    }

    public int labels() { return means.size(); }

    /**
     * With more rows seen.
     *
     * @param scores raw scores, one row of labels each
     */
    public ScoreNormaliser update(List<double[]> scores) {
        if (scores.isEmpty()) {
            return this;
        }
        long total = count + scores.size();
        List<Double> newMeans = new ArrayList<>();
        List<Double> newDeviations = new ArrayList<>();
        for (int label = 0; label < labels(); label++) {
            double[] column = column(scores, label);
            double mean = java.util.Arrays.stream(column).average().orElseThrow();
            double squares = java.util.Arrays.stream(column).map(value -> (value - mean) * (value - mean)).sum();
            double shift = mean - means.get(label);
            double before = deviations.get(label) * deviations.get(label) * Math.max(0, count - 1);
            double all = before + squares + shift * shift * count * column.length / total;
            newMeans.add(means.get(label) + shift * column.length / total);
            newDeviations.add(total < 2 ? 0 : Math.sqrt(all / (total - 1)));
        }
        return new ScoreNormaliser(total, newMeans, newDeviations);
    }

    private double[] column(List<double[]> scores, int label) {
        return scores.stream().mapToDouble(row -> {
            if (row.length != labels() || !Double.isFinite(row[label])) {
                throw new IllegalArgumentException("scores " + java.util.Arrays.toString(row)
                        + " for the normaliser: expected " + labels() + " finite numbers");
            }
            return row[label];
        }).toArray();
    }

    /** (score - mean) / deviation of each label; only centred where the deviation is 0. */
    public double[] apply(double[] scores) {
        double[] normalised = new double[scores.length];
        for (int label = 0; label < scores.length; label++) {
            double deviation = deviations.get(label);
            normalised[label] = (scores[label] - means.get(label)) / (deviation < LEAST_DEVIATION ? 1 : deviation);
        }
        return normalised;
    }
}
