package dev.hone.rollout;

import dev.hone.model.Decoder;
import dev.hone.model.KvCache;
import dev.hone.model.ModelException;
import dev.hone.model.Rows;
import dev.hone.tensor.ScoreRows;
import dev.hone.tensor.Tensor;
import dev.hone.text.Packed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The policy and, where a constraint asks a second model, its guide: both read the same tokens into the same slots. */
final class SlotModels implements AutoCloseable {
    private final List<Part> parts = new ArrayList<>();

    private record Part(Decoder model, KvCache cache) {}

    /** What the models give the next tokens of some rows. */
    record Scores(ScoreRows policy, Optional<ScoreRows> guide) {

        First first(int row) { return new First(policy.row(row), guide.map(rows -> rows.row(row))); }
    }

    /** One row of scores, [V] each. */
    record First(float[] policy, Optional<float[]> guide) {}

    SlotModels(Decoder policy, Optional<Decoder> guide, int slots, int capacity) {
        add(policy, slots, capacity);
        guide.ifPresent(model -> {
            if (model.vocabulary() != policy.vocabulary()) {
                close();
                throw new ModelException("the guide has " + model.vocabulary() + " tokens, expected "
                        + policy.vocabulary() + ", the policy's vocabulary: take a model with the same tokenizer");
            }
            add(model, slots, capacity);
        });
    }

    private void add(Decoder model, int slots, int capacity) {
        parts.add(new Part(model, model.cache(slots, capacity)));
    }

    int slots() { return parts.getFirst().cache.slots(); }

    int vocabulary() { return parts.getFirst().model.vocabulary(); }

    /** Reads sequences into new slots. */
    Scores read(List<int[]> sequences) {
        return scores(part -> part.model.head().logits(part.model.prefill(
                Rows.rounded(packed(sequences), part.model.vocabulary(), part.model.device()), part.cache)));
    }

    /** Reads one token of every slot. */
    Scores decode(int[] tokens) {
        return scores(part -> part.model.decodeLogits(tokens, part.cache));
    }

    private Scores scores(Function<Part, Tensor> logits) {
        List<ScoreRows> all = parts.stream().map(part -> ScoreRows.of(logits.apply(part))).toList();
        return new Scores(all.getFirst(), all.size() > 1 ? Optional.of(all.get(1)) : Optional.empty());
    }

    void repeat(int slot, int length) { parts.forEach(part -> part.cache.repeat(slot, length, 1)); }

    void remove(int slot) { parts.forEach(part -> part.cache.remove(slot)); }

    private static Packed packed(List<int[]> sequences) {
        int[] starts = new int[sequences.size() + 1];
        for (int n = 0; n < sequences.size(); n++) {
            starts[n + 1] = starts[n] + sequences.get(n).length;
        }
        int[] ids = sequences.stream().flatMapToInt(Arrays::stream).toArray();
        return new Packed(ids, starts, new float[ids.length]);
    }

    @Override
    public void close() { parts.forEach(part -> part.cache.close()); }
}
