package dev.hone.model;

import dev.hone.text.Encoded;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Cuts rows into batches of like length: attention is then one product for all of them. */
final class LengthBatches {
    private LengthBatches() {}

    /**
     * Row numbers, batch by batch.
     *
     * @param most tokens of a batch; a longer row goes alone
     */
    static List<List<Integer>> of(List<Encoded> rows, int most) {
        List<Integer> byLength = IntStream.range(0, rows.size()).boxed()
                .sorted(Comparator.comparingInt(row -> rows.get(row).length())).toList();
        List<List<Integer>> batches = new ArrayList<>();
        int tokens = most;
        for (int row : byLength) {
            if (batches.isEmpty() || tokens + rows.get(row).length() > most) {
                batches.add(new ArrayList<>());
                tokens = 0;
            }
            batches.getLast().add(row);
            tokens += rows.get(row).length();
        }
        return batches;
    }
}
