package dev.hone.train;

import dev.hone.text.Packed;
import dev.hone.text.Packer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Batches of encoded rows, a row being one sequence or a bin of several: shuffled anew each epoch from the seed, the same number of rows in each step, the last batch of an
 * epoch smaller. The rows of a step are laid end to end, longest first, and cut into micro-batches of a bounded number of
 * tokens.
 */
public final class EncodedSource implements BatchSource {
    private final List<Packed> rows;
    private final Plan plan;
    private long orderedEpoch = -1;
    private int[] order = {};

    /**
     * How rows become batches.
     *
     * @param rowsPerStep rows of one optimizer step
     * @param microbatchTokens tokens that go through the model together; a longer row goes alone
     * @param shuffle whether each epoch has an order of its own
     * @param seed of the order
     */
    public record Plan(int rowsPerStep, int microbatchTokens, boolean shuffle, long seed) {
        public Plan {
            if (rowsPerStep < 1 || microbatchTokens < 1) {
                throw new IllegalArgumentException(
                        "a step of " + rowsPerStep + " rows in micro-batches of " + microbatchTokens
                                + " tokens: expected at least 1 of each");
            }
        }
    }

    public EncodedSource(List<Packed> rows, Plan plan) {
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("no rows to train on");
        }
        this.rows = List.copyOf(rows);
        this.plan = plan;
    }

    @Override
    public long stepsPerEpoch() { return (rows.size() + plan.rowsPerStep() - 1) / plan.rowsPerStep(); }

    @Override
    public Batch batch(long step) {
        long epoch = step / stepsPerEpoch();
        if (epoch != orderedEpoch) {
            order = order(epoch);
            orderedEpoch = epoch;
        }
        int first = Math.toIntExact(step % stepsPerEpoch()) * plan.rowsPerStep();
        int last = Math.min(first + plan.rowsPerStep(), rows.size());
        List<Integer> chosen = new ArrayList<>();
        for (int i = first; i < last; i++) {
            chosen.add(order[i]);
        }
        chosen.sort(Comparator.comparingInt((Integer row) -> -rows.get(row).tokens()).thenComparing(row -> row));
        double seen = epoch + last / (double) rows.size();
        return new Batch(microbatches(chosen), seen, chosen.stream().map(row -> "row " + (row + 1)).toList());
    }

    private int[] order(long epoch) {
        int[] fresh = IntStream.range(0, rows.size()).toArray();
        if (plan.shuffle()) {
            SplittableRandom random = new SplittableRandom(plan.seed() * 0x9E3779B97F4A7C15L + epoch);
            for (int i = fresh.length - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                int kept = fresh[i];
                fresh[i] = fresh[j];
                fresh[j] = kept;
            }
        }
        return fresh;
    }

    private List<Packed> microbatches(List<Integer> chosen) {
        List<Packed> microbatches = new ArrayList<>();
        List<Packed> open = new ArrayList<>();
        int tokens = 0;
        for (int row : chosen) {
            Packed unit = rows.get(row);
            if (!open.isEmpty() && tokens + unit.tokens() > plan.microbatchTokens()) {
                microbatches.add(Packer.join(open));
                open = new ArrayList<>();
                tokens = 0;
            }
            open.add(unit);
            tokens += unit.tokens();
        }
        microbatches.add(Packer.join(open));
        return microbatches;
    }
}
