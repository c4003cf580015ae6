package dev.hone.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/** Rows from files: to learn from and held out. */
final class RowSupply<R extends StepRow> implements Supply<R> {
    private final JobSettings settings;
    private final Units<R> units;
    private final BiFunction<Units<R>, Integer, Units<R>> preparation;

    /** Rows to learn from and rows held out. */
    record Units<R extends StepRow>(List<R> training, List<R> evaluation) {
        public Units {
            training = List.copyOf(training);
            evaluation = List.copyOf(evaluation);
        }
    }

    /** @param preparation gives the rows what must be known before the first step */
    RowSupply(JobSettings settings, Units<R> units, BiFunction<Units<R>, Integer, Units<R>> preparation) {
        this.settings = settings;
        this.units = units;
        this.preparation = preparation;
    }

    /** Rows that need nothing else. */
    RowSupply(JobSettings settings, Units<R> units) {
        this(settings, units, (rows, tokens) -> rows);
    }

    @Override
    public int longestRow() { return units.training().stream().mapToInt(row -> row.packed().tokens()).max().orElse(1); }

    @Override
    public int longestSequence() {
        return units.training().stream().map(StepRow::packed)
                .flatMapToInt(packed -> IntStream.range(0, packed.sequences()).map(packed::length)).max().orElse(1);
    }

    @Override
    public long largestStep() {
        long most = settings.training().rowsPerStep() + WholeSteps.leastRows(settings.objective()) - 1; // what is left over joins
        return units.training().stream().mapToLong(row -> -row.packed().tokens()).sorted().limit(most)
                .map(tokens -> -tokens).sum();
    }

    @Override
    public long stepsPerEpoch() { return source(units, 1).stepsPerEpoch(); }

    @Override
    public Map<String, Object> content() {
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("training rows", RowsDigest.of(units.training()));
        content.put("evaluation rows", units.evaluation().isEmpty() ? "none" : RowsDigest.of(units.evaluation()));
        return content;
    }

    @Override
    public Course<R> course(Pass<R> pass, int microbatchTokens) {
        Units<R> prepared = preparation.apply(units, microbatchTokens);
        Optional<Evaluation> evaluation = prepared.evaluation().isEmpty()
                ? Optional.empty()
                : Optional.of(new Evaluator<>(pass, RowSource.whole(prepared.evaluation(), microbatchTokens)));
        return new Course<>(source(prepared, microbatchTokens), evaluation, true);
    }

    private RowSource<R> source(Units<R> rows, int microbatchTokens) {
        return new RowSource<>(rows.training(), new RowSource.Plan(settings.training().rowsPerStep(),
                WholeSteps.leastRows(settings.objective()), microbatchTokens, settings.data().shuffleDataset(),
                settings.training().seed()));
    }
}
