package dev.hone.rollout;

import dev.hone.model.Decoder;
import dev.hone.model.KvCache;
import dev.hone.model.ModelException;
import dev.hone.model.StepLayout;
import dev.hone.tensor.ScoreRows;
import dev.hone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The policy and, where a constraint asks a second model, its guide: both read the same tokens into the same slots. A constraint
 * may ask for what reads the policy's hidden states instead.
 */
final class SlotModels implements AutoCloseable {
    private final List<Part> parts = new ArrayList<>();
    private final Optional<UnaryOperator<Tensor>> reader;

    private record Part(Decoder model, KvCache cache, StepLayout layout) {

        void close() {
            layout.close();
            cache.close();
        }
    }

    /**
     * What the models give the next tokens of some rows.
     *
     * @param guide what the guide gives, or what the policy's hidden states give otherwise
     */
    record Scores(ScoreRows policy, Optional<ScoreRows> guide) {

        First first(int row) { return new First(policy.row(row), guide.map(rows -> rows.row(row))); }
    }

    /** One row of scores, [V] each. */
    record First(float[] policy, Optional<float[]> guide) {}

    /**
     * What each model gets.
     *
     * @param slots of its cache
     * @param capacity tokens of a slot
     * @param layoutBytes for a copy of its weights
     */
    record Room(int slots, int capacity, long layoutBytes) {}

    SlotModels(Decoder policy, Constraint constraint, Room room) {
        this.reader = constraint.reader();
        if (reader.isPresent() && constraint.guide().isPresent()) {
            throw new IllegalArgumentException("a constraint with a guide and a reader: expected one of them");
        }
        add(policy, room);
        constraint.guide().ifPresent(model -> {
            if (model.vocabulary() != policy.vocabulary()) {
                close();
                throw new ModelException("the guide has " + model.vocabulary() + " tokens, expected "
                        + policy.vocabulary() + ", the policy's vocabulary: take a model with the same tokenizer");
            }
            add(model, room);
        });
    }

    private void add(Decoder model, Room room) {
        parts.add(new Part(model, model.cache(room.slots, room.capacity),
                StepLayout.of(model, room.slots, room.layoutBytes)));
    }

    int slots() { return parts.getFirst().cache.slots(); }

    int vocabulary() { return parts.getFirst().model.vocabulary(); }

    /** Reads sequences into new slots. */
    Scores read(List<int[]> sequences) {
        return scores(part -> part.model.prefill(sequences, part.cache));
    }

    /** Reads one token of every slot. */
    Scores decode(int[] tokens) {
        if (reader.isPresent()) {
            return scores(part -> part.model.decode(tokens, part.cache));
        }
        return both(part -> part.model.decodeLogits(tokens, part.cache));
    }

    private Scores scores(Function<Part, Tensor> hidden) {
        if (reader.isEmpty()) {
            return both(part -> part.model.head().logits(hidden.apply(part)));
        }
        Part policy = parts.getFirst();
        Tensor states = hidden.apply(policy);
        return new Scores(ScoreRows.of(policy.model.head().logits(states)),
                reader.map(head -> ScoreRows.of(head.apply(states))));
    }

    private Scores both(Function<Part, Tensor> logits) {
        List<ScoreRows> all = parts.stream().map(part -> ScoreRows.of(logits.apply(part))).toList();
        return new Scores(all.getFirst(), all.size() > 1 ? Optional.of(all.get(1)) : Optional.empty());
    }

    void repeat(int slot, int length) { parts.forEach(part -> part.cache.repeat(slot, length, 1)); }

    void remove(int slot) { parts.forEach(part -> part.cache.remove(slot)); }

    @Override
    public void close() { parts.forEach(Part::close); }
}
