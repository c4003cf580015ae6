package dev.hone.train;

import dev.hone.text.Packed;
import java.util.List;

/**
 * What one optimizer step learns from. How it is cut into micro-batches changes memory, never the result.
 *
 * @param microbatches packed sequences that go through the model together
 * @param epoch how much of the data was seen when this batch is done, 1.0 = all of it once
 * @param rows a name for each row, told when a step goes wrong
 */
public record Batch(List<Packed> microbatches, double epoch, List<String> rows) {
    public Batch {
        microbatches = List.copyOf(microbatches);
        rows = List.copyOf(rows);
    }

    /** Tokens that carry loss, weight or not. */
    public long lossTokens() {
        return microbatches.stream().mapToLong(Batch::lossTokens).sum();
    }

    private static long lossTokens(Packed packed) {
        long count = 0;
        for (int n = 0; n < packed.sequences(); n++) {
            for (int i = packed.starts()[n] + 1; i < packed.starts()[n + 1]; i++) {
                count += packed.weight()[i] != 0 ? 1 : 0;
            }
        }
        return count;
    }

    /** All tokens. */
    public long tokens() { return microbatches.stream().mapToLong(Packed::tokens).sum(); }
}
