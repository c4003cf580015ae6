package dev.hone.reward;

import java.util.List;
import java.util.Map;

/**
 * Divides rewards by their running standard deviation, without shifting them, so that the size of a step does not depend on
 * the scale of a reward (Engstrom et al., arXiv 2005.12729, of returns; trlX of scores). Batches are merged as Chan, Golub and
 * LeVeque (1979) do, so the order in which rewards come does not matter. Dense scores count with their sum, and every token is
 * divided alike.
 *
 * @param count how many scores were seen
 * @param mean of them
 * @param squares the sum of squared distances from the mean
 */
public record RewardScaler(long count, double mean, double squares) {
    private static final double LEAST_DEVIATION = 1e-8;

    public RewardScaler {
        if (count < 0 || !Double.isFinite(mean) || !Double.isFinite(squares) || squares < 0) {
            throw new IllegalArgumentException("a reward scaler of " + count + " scores with mean " + mean
                    + " and squares " + squares + ": expected finite numbers, count and squares of at least 0");
        }
    }

    /** One that has seen nothing. */
    public static RewardScaler empty() { return new RewardScaler(0, 0, 0); }

    /** With more scores seen; unusable ones are passed over. */
    public RewardScaler update(List<Score> scores) {
        double[] values = scores.stream().filter(Score::usable).mapToDouble(Score::total).toArray();
        if (values.length == 0) {
            return this;
        }
        double own = 0;
        for (double value : values) {
            own += value / values.length;
        }
        double ownSquares = 0;
        for (double value : values) {
            ownSquares += (value - own) * (value - own);
        }
        long total = count + values.length;
        double shift = own - mean;
        return new RewardScaler(total, mean + shift * values.length / total,
                squares + ownSquares + shift * shift * count * values.length / total);
    }

    /** With count - 1 in the divisor; 0 before the second score. */
    public double deviation() {
        return count < 2 ? 0 : Math.sqrt(squares / (count - 1));
    }

    /** Scores divided by the deviation; as they are where that is 0. */
    public List<Score> apply(List<Score> scores) {
        double divisor = deviation() < LEAST_DEVIATION ? 1 : deviation();
        return scores.stream().map(score -> switch (score) {
            case Score.Value(double value) -> Score.of(value / divisor);
            case Score.Dense(float[] values) -> {
                float[] scaled = new float[values.length];
                for (int t = 0; t < values.length; t++) {
                    scaled[t] = (float) (values[t] / divisor);
                }
                yield Score.dense(scaled);
            }
            case Score.Unusable unusable -> unusable;
        }).toList();
    }

    /** For a checkpoint. */
    public Map<String, Double> toMap() {
        return Map.of("count", (double) count, "mean", mean, "squares", squares);
    }

    /**
     * Of a checkpoint.
     *
     * @throws IllegalArgumentException where an entry is missing or no such number
     */
    public static RewardScaler of(Map<String, ? extends Number> map) {
        return new RewardScaler((long) entry(map, "count"), entry(map, "mean"), entry(map, "squares"));
    }

    private static double entry(Map<String, ? extends Number> map, String key) {
        Number value = map.get(key);
        if (value == null) {
            throw new IllegalArgumentException("the state of a reward scaler has no " + key + ", only " + map.keySet());
        }
        return value.doubleValue();
    }
}
