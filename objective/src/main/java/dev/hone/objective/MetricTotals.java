package dev.hone.objective;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Named totals on the host; those of micro-batches add up to the step's, so that a mean is the mean over all rows.
 *
 * @param totals by name
 */
public record MetricTotals(Map<String, MetricTotal> totals) {
    /** No metric. */
    public static final MetricTotals NONE = new MetricTotals(Map.of());

    private static final String CHOSEN = "rewards/chosen";
    private static final String REJECTED = "rewards/rejected";

    public MetricTotals {
        totals = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(totals));
    }

    /** A mean alone, from a sum over so many things. */
    public static MetricTotals mean(String name, double sum, double weight) {
        return NONE.with(name, new MetricTotal(MetricTotal.Kind.MEAN, sum, weight));
    }

    MetricTotals with(String name, MetricTotal total) {
        Map<String, MetricTotal> more = new LinkedHashMap<>(totals);
        more.merge(name, total, MetricTotal::plus);
        return new MetricTotals(more);
    }

    /** Both together. */
    public MetricTotals plus(MetricTotals other) {
        Map<String, MetricTotal> sums = new LinkedHashMap<>(totals);
        other.totals.forEach((name, total) -> sums.merge(name, total, MetricTotal::plus));
        return new MetricTotals(sums);
    }

    /**
     * What is reported. Means of nothing are left out; {@code rewards/margins} is the difference of the mean rewards, which is
     * the mean difference of pairs and all there is without pairs.
     */
    public Map<String, Double> reported() {
        Map<String, Double> values = new LinkedHashMap<>();
        totals.forEach((name, total) -> {
            if (!Double.isNaN(total.reported()) || total.weight() != 0) {
                values.put(name, total.reported());
            }
        });
        if (values.containsKey(CHOSEN) && values.containsKey(REJECTED)) {
            values.put("rewards/margins", values.getOrDefault(CHOSEN, 0.0) - values.getOrDefault(REJECTED, 0.0));
        }
        return values;
    }
}
