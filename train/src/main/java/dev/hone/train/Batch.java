package dev.hone.train;

import dev.hone.objective.StepTotals;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one optimizer step learns from. How it is cut into micro-batches changes memory, never the result.
 *
 * @param <R> what its rows are
 * @param microbatches rows that go through the model together
 * @param epoch how much of the data was seen when this batch is done, 1.0 = all of it once
 * @param names of the rows, told when a step goes wrong
 * @param told what making it showed, by name
 */
public record Batch<R extends StepRow>(List<List<R>> microbatches, double epoch, List<String> names,
        Map<String, Double> told) {

    /** One that files gave. */
    public Batch(List<List<R>> microbatches, double epoch, List<String> names) {
        this(microbatches, epoch, names, Map.of());
    }

    public Batch {
        microbatches = List.copyOf(microbatches);
        names = List.copyOf(names);
        told = Collections.unmodifiableMap(new LinkedHashMap<>(told));
    }

    /** All rows, in the order of the micro-batches. */
    public List<R> rows() {
        return microbatches.stream().flatMap(List::stream).toList();
    }

    /** The divisors of the step's loss. */
    public StepTotals totals() {
        List<StepTotals> counts = rows().stream().map(StepRow::counts).toList();
        return new StepTotals(counts.stream().mapToDouble(StepTotals::rows).sum(),
                counts.stream().mapToDouble(StepTotals::tokens).sum());
    }

    /** All tokens that go through the model. */
    public long tokens() {
        return rows().stream().mapToLong(row -> row.packed().tokens()).sum();
    }
}
