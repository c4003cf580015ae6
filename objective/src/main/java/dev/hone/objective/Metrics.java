package dev.hone.objective;

import dev.hone.tensor.DType;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/** Named metrics of one micro-batch while they are on the device, in the order in which they were added. */
public final class Metrics {
    private final List<String> names = new ArrayList<>();
    private final List<MetricTotal.Kind> kinds = new ArrayList<>();
    private final List<Tensor> cells = new ArrayList<>(); // [] float64: value, weight, value, weight, …

    /** The mean over rows [n]. */
    public Metrics mean(String name, Tensor perRow) {
        Tensor wide = wide(perRow);
        return add(name, MetricTotal.Kind.MEAN, wide.sum(), wide.mul(0).add(1).sum());
    }

    /** The mean over the rows [n], each with a weight [n]; a micro-batch without weight counts for nothing. */
    public Metrics mean(String name, Tensor perRow, Tensor weights) {
        Tensor counted = wide(weights);
        return add(name, MetricTotal.Kind.MEAN, wide(perRow).mul(counted).sum(), counted.sum());
    }

    /** A sum [] over so many things, reported as their mean. */
    public Metrics mean(String name, Tensor sum, double weight) {
        Tensor wide = wide(sum);
        return add(name, MetricTotal.Kind.MEAN, wide, wide.mul(0).add(weight));
    }

    /** The smallest of all. */
    public Metrics min(String name, Tensor values) {
        Tensor least = wide(values).min();
        return add(name, MetricTotal.Kind.MIN, least, least);
    }

    /** The largest of all. */
    public Metrics max(String name, Tensor values) {
        Tensor most = wide(values).max();
        return add(name, MetricTotal.Kind.MAX, most, most);
    }

    /** The values on the host, in one transfer. */
    public MetricTotals read() {
        if (names.isEmpty()) {
            return MetricTotals.NONE;
        }
        double[] values = Tensors.stack(cells, 0).toDoubles();
        MetricTotals totals = MetricTotals.NONE;
        for (int i = 0; i < names.size(); i++) {
            totals = totals.with(names.get(i), new MetricTotal(kinds.get(i), values[2 * i], values[2 * i + 1]));
        }
        return totals;
    }

    private Metrics add(String name, MetricTotal.Kind kind, Tensor value, Tensor weight) {
        names.add(name);
        kinds.add(kind);
        cells.add(value);
        cells.add(weight);
        return this;
    }

    private static Tensor wide(Tensor values) { return values.detach().to(DType.FLOAT64); }
}
