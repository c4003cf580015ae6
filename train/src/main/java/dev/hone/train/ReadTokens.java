package dev.hone.train;

import dev.hone.objective.CompletionSignals;
import dev.hone.tensor.Device;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import dev.hone.text.Encoded;
import dev.hone.text.Packed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Where the read tokens of rows stand among the log-probs that a model gave of them, which lie end to end. */
final class ReadTokens {
    /**
     * What models said of read tokens, all [P].
     *
     * @param logProbs the policy's
     * @param collisions log Σ π², where they are needed
     * @param reference log-probs of a reference that runs beside the policy; else those that the rows keep count
     */
    record Said(Tensor logProbs, Optional<Tensor> collisions, Optional<Tensor> reference) {}

    private final List<? extends CompletionRow> rows;
    private final List<Packed> packed;
    private final int[][] firsts;

    private ReadTokens(List<? extends CompletionRow> rows, List<Packed> packed) {
        this.rows = rows;
        this.packed = packed;
        this.firsts = new int[packed.size()][];
        int place = 0;
        for (int r = 0; r < packed.size(); r++) {
            firsts[r] = new int[packed.get(r).sequences() + 1];
            for (int n = 0; n < packed.get(r).sequences(); n++) {
                firsts[r][n] = place;
                place += count(packed.get(r), n);
            }
            firsts[r][packed.get(r).sequences()] = place;
        }
    }

    /** Of rows as they are. */
    static ReadTokens of(List<? extends CompletionRow> rows) {
        return new ReadTokens(rows, rows.stream().map(StepRow::packed).toList());
    }

    /** Of other sequences that belong to the rows, one each. */
    static ReadTokens of(List<? extends CompletionRow> rows, List<Packed> others) {
        return new ReadTokens(rows, others);
    }

    /** How many tokens of a row are read. */
    static int count(Encoded row) {
        return (int) IntStream.range(1, row.length()).filter(i -> row.weight()[i] != 0).count();
    }

    /** How many tokens of packed rows are read. */
    static int count(Packed packed) {
        int[] predecessors = packed.predecessors();
        return (int) IntStream.range(0, packed.tokens())
                .filter(i -> predecessors[i] >= 0 && packed.weight()[i] != 0).count();
    }

    private static int count(Packed packed, int sequence) {
        int[] predecessors = packed.predecessors();
        return (int) IntStream.range(packed.starts()[sequence], packed.starts()[sequence + 1])
                .filter(i -> predecessors[i] >= 0 && packed.weight()[i] != 0).count();
    }

    /** How many tokens of all rows are read. */
    int total() {
        return firsts.length == 0 ? 0 : firsts[firsts.length - 1][firsts[firsts.length - 1].length - 1];
    }

    /** The log-probs of all sequences of a row, cut out of those of all rows. */
    List<float[]> cut(float[] all, int row) {
        List<float[]> parts = new ArrayList<>();
        for (int n = 0; n + 1 < firsts[row].length; n++) {
            parts.add(java.util.Arrays.copyOfRange(all, firsts[row][n], firsts[row][n + 1]));
        }
        return parts;
    }

    /** Which row of the packed tokens predicts each read token, all sequences of all rows end to end. */
    static int[] predictors(List<? extends StepRow> rows) {
        int[] all = new int[rows.stream().mapToInt(row -> count(row.packed())).sum()];
        int to = 0;
        int from = 0;
        for (StepRow row : rows) {
            int[] predecessors = row.packed().predecessors();
            for (int i = 0; i < predecessors.length; i++) {
                if (predecessors[i] >= 0 && row.packed().weight()[i] != 0) {
                    all[to++] = from + predecessors[i];
                }
            }
            from += predecessors.length;
        }
        return all;
    }

    /**
     * The signals of all sequences of every row, end to end; all that is read of them are completions.
     *
     * @param said of all read tokens of all rows
     */
    CompletionSignals all(Said said) {
        Device device = said.logProbs().device();
        int[] owner = new int[total()];
        float[] reference = new float[owner.length];
        boolean referred = said.reference().isEmpty() && rows.stream().noneMatch(row -> row.reference().isEmpty());
        int sequences = 0;
        for (int r = 0; r < firsts.length; r++) {
            for (int n = 0; n + 1 < firsts[r].length; n++) {
                java.util.Arrays.fill(owner, firsts[r][n], firsts[r][n + 1], sequences++);
                if (referred) {
                    System.arraycopy(rows.get(r).reference().get(n), 0, reference, firsts[r][n],
                            firsts[r][n + 1] - firsts[r][n]);
                }
            }
        }
        float[] completion = new float[owner.length];
        java.util.Arrays.fill(completion, 1);
        Optional<Tensor> kept = referred ? Optional.of(Tensors.of(reference).to(device)) : Optional.empty();
        return new CompletionSignals(said.logProbs(), said.reference().or(() -> kept),
                Tensors.of(completion).to(device), Tensors.indices(owner).to(device), sequences, said.collisions());
    }

    /**
     * The signals of one sequence of every row.
     *
     * @param sequence which one
     * @param stored which entry of {@link CompletionRow#reference} belongs to it
     * @param said of all read tokens of all rows
     */
    CompletionSignals side(int sequence, int stored, Said said) {
        int count = IntStream.range(0, firsts.length).map(r -> firsts[r][sequence + 1] - firsts[r][sequence]).sum();
        int[] index = new int[count];
        int[] owner = new int[count];
        float[] completion = new float[count];
        float[] reference = new float[count];
        boolean referred = said.reference().isEmpty() && rows.stream().noneMatch(row -> row.reference().isEmpty());
        int to = 0;
        for (int r = 0; r < firsts.length; r++) {
            Packed row = packed.get(r);
            int[] predecessors = row.predecessors();
            int shared = row.length(sequence) - (row.starts()[sequence + 1] - row.starts()[sequence]);
            int own = 0;
            for (int i = row.starts()[sequence]; i < row.starts()[sequence + 1]; i++) {
                if (predecessors[i] >= 0 && row.weight()[i] != 0) {
                    int position = shared + i - row.starts()[sequence];
                    index[to] = firsts[r][sequence] + own;
                    owner[to] = r;
                    completion[to] = position >= rows.get(r).promptLength() ? 1 : 0;
                    reference[to] = referred ? rows.get(r).reference().get(stored)[own] : 0;
                    own++;
                    to++;
                }
            }
        }
        Device device = said.logProbs().device();
        Tensor places = Tensors.indices(index).to(device);
        Optional<Tensor> kept = referred ? Optional.of(Tensors.of(reference).to(device)) : Optional.empty();
        return new CompletionSignals(said.logProbs().indexSelect(0, places),
                said.reference().map(all -> all.indexSelect(0, places)).or(() -> kept),
                Tensors.of(completion).to(device), Tensors.indices(owner).to(device), firsts.length,
                said.collisions().map(all -> all.indexSelect(0, places)));
    }
}
