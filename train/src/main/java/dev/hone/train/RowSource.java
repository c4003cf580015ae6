package dev.hone.train;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Batches of rows: shuffled anew each epoch from the seed, the same number of rows in each step, the last batch of an
 * epoch smaller, or joined to the one before where a step needs more rows than are left. The rows of a step are laid end to end, longest first, and cut into micro-batches of a bounded number of
 * tokens.
 */
public final class RowSource<R extends StepRow> implements BatchSource<R> {
    private final List<R> rows;
    private final Plan plan;
    private long orderedEpoch = -1;
    private int[] order = {};

    /**
     * How rows become batches.
     *
     * @param rowsPerStep rows of one optimizer step
     * @param leastRows without which no step can be made
     * @param microbatchTokens tokens that go through the model together; a longer row goes alone
     * @param shuffle whether each epoch has an order of its own
     * @param seed of the order
     */
    public record Plan(int rowsPerStep, int leastRows, int microbatchTokens, boolean shuffle, long seed) {
        public Plan {
            if (leastRows < 1 || rowsPerStep < leastRows || microbatchTokens < 1) {
                throw new IllegalArgumentException(
                        "a step of " + rowsPerStep + " rows in micro-batches of " + microbatchTokens
                                + " tokens: expected at least " + leastRows + " and 1");
            }
        }
    }

    public RowSource(List<R> rows, Plan plan) {
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("no rows to train on");
        }
        this.rows = List.copyOf(rows);
        this.plan = plan;
    }

    @Override
    public long stepsPerEpoch() {
        int left = rows.size() % plan.rowsPerStep();
        return Math.max(1, rows.size() / plan.rowsPerStep() + (left >= plan.leastRows() ? 1 : 0));
    }

    @Override
    public Batch<R> batch(long step) {
        long epoch = step / stepsPerEpoch();
        if (epoch != orderedEpoch) {
            order = order(epoch);
            orderedEpoch = epoch;
        }
        int first = Math.toIntExact(step % stepsPerEpoch()) * plan.rowsPerStep();
        int last = (step + 1) % stepsPerEpoch() == 0 ? rows.size() : first + plan.rowsPerStep();
        List<Integer> chosen = new ArrayList<>();
        for (int i = first; i < last; i++) {
            chosen.add(order[i]);
        }
        chosen.sort(Comparator.comparingInt((Integer row) -> -tokens(rows.get(row))).thenComparing(row -> row));
        double seen = epoch + last / (double) rows.size();
        return new Batch<>(inOrder(chosen.stream().map(rows::get).toList(), plan.microbatchTokens()), seen,
                chosen.stream().map(row -> "row " + (row + 1)).toList());
    }

    private int[] order(long epoch) {
        return plan.shuffle()
                ? PromptOrder.shuffled(rows.size(), plan.seed(), epoch)
                : IntStream.range(0, rows.size()).toArray();
    }

    /** Rows in the order given, cut into micro-batches. */
    static <R extends StepRow> List<List<R>> inOrder(List<R> rows, int microbatchTokens) {
        List<List<R>> microbatches = new ArrayList<>();
        List<R> open = new ArrayList<>();
        int tokens = 0;
        for (R row : rows) {
            if (!open.isEmpty() && tokens + tokens(row) > microbatchTokens) {
                microbatches.add(open);
                open = new ArrayList<>();
                tokens = 0;
            }
            open.add(row);
            tokens += tokens(row);
        }
        if (!open.isEmpty()) {
            microbatches.add(open);
        }
        return microbatches;
    }

    /** All rows, like lengths together, in micro-batches, as an evaluation reads them. */
    static <R extends StepRow> Batch<R> whole(List<R> rows, int microbatchTokens) {
        return new RowSource<>(rows, new Plan(rows.size(), 1, microbatchTokens, false, 0)).batch(0);
    }

    private static int tokens(StepRow row) { return row.packed().tokens(); }
}
