package dev.hone.train;

import dev.hone.model.Decoder;
import dev.hone.model.HiddenOptions;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The reference's log-probs of all rows, computed once before the first step: no second model stays in memory. */
final class References {
    private final CompletionReader reader;

    /** @param reference the model as it is before training */
    References(Decoder reference) { this(reference, 1); }

    /** @param temperature at which tokens were sampled */
    References(Decoder reference, double temperature) {
        this.reader = new CompletionReader(reference, HiddenOptions.PLAIN, Optional.empty(), temperature);
    }

    /**
     * Log-probs of one set of sequences of each row.
     *
     * @param sequences which sequences of a row
     * @return per row, per sequence, per read token
     */
    <R extends CompletionRow> List<List<float[]>> of(List<R> rows, Function<R, dev.hone.text.Packed> sequences,
            int microbatchTokens) {
        List<List<float[]>> all = new ArrayList<>();
        for (List<R> part : RowSource.inOrder(rows, microbatchTokens)) {
            List<dev.hone.text.Packed> packed = part.stream().map(sequences).toList();
            ReadTokens tokens = ReadTokens.of(part, packed);
            try (Scope scope = Scope.open()) {
                Tensor said = reader.outputs(Tape.inference(), packed, tokens.total()).first();
                float[] values = said.narrow(0, 0, tokens.total()).toFloats();
                for (int r = 0; r < part.size(); r++) {
                    all.add(tokens.cut(values, r));
                }
            }
        }
        return all;
    }
}
