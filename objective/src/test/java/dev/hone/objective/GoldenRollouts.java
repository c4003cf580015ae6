package dev.hone.objective;

import dev.hone.tensor.DType;
import dev.hone.tensor.Fixture;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.stream.IntStream;

/** Padded tables [N, T] of golden rollouts, read where a mask is 1. */
record GoldenRollouts(int width, int[] places) {

    static GoldenRollouts of(Fixture golden, String mask, int kept) {
        int[] values = golden.ints(mask);
        return new GoldenRollouts((int) golden.get(mask).size(1),
                IntStream.range(0, values.length).filter(i -> values[i] == kept).toArray());
    }

    /** [P] of a table. */
    Tensor read(Tensor table) { return table.view(-1).indexSelect(0, Tensors.indices(places)); }

    Tensor rows() { return Tensors.indices(IntStream.of(places).map(i -> i / width).toArray()); }

    int count() { return places[places.length - 1] / width + 1; }

    CompletionSignals completions(Tensor logProbs) { return CompletionSignals.of(read(logProbs), rows(), count()); }

    Tensor ones() { return Tensors.full(1, DType.FLOAT32, places.length); }

    Tensor zeros() { return Tensors.full(0, DType.FLOAT32, places.length); }

    /** [P] from one number per completion. */
    Tensor spread(Tensor perRow) { return perRow.indexSelect(0, rows()); }

    /** [P] with a completion's number at its first token. */
    Tensor first(Tensor perRow) {
        int[] rows = IntStream.of(places).map(i -> i / width).toArray();
        double[] starts = IntStream.range(0, rows.length)
                .mapToDouble(i -> i == 0 || rows[i] != rows[i - 1] ? 1 : 0).toArray();
        return spread(perRow).mul(Tensors.of(starts).to(perRow.dtype()));
    }
}
