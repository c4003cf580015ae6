package dev.hone.objective;

/**
 * A metric that can be added up over micro-batches, steps and ranks.
 *
 * @param kind how two of them make one
 * @param value a weighted sum, or the extreme
 * @param weight the sum of the weights of a mean
 */
public record MetricTotal(Kind kind, double value, double weight) {
    /** How two totals make one. */
    public enum Kind {
        /** Sums of values and weights; their ratio is reported. */
        MEAN,
        /** The smaller. */
        MIN,
        /** The larger. */
        MAX
    }

    MetricTotal plus(MetricTotal other) {
        return switch (kind) {
            case MEAN -> new MetricTotal(kind, value + other.value, weight + other.weight);
            case MIN -> new MetricTotal(kind, Math.min(value, other.value), 1);
            case MAX -> new MetricTotal(kind, Math.max(value, other.value), 1);
        };
    }

    /** What is reported; NaN for a mean of nothing. */
    public double reported() {
        return kind == Kind.MEAN ? value / weight : value;
    }
}
