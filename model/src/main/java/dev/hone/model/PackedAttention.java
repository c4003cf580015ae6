package dev.hone.model;

import dev.hone.model.SequenceAttention.Prefix;
import dev.hone.tensor.Device;
import dev.hone.tensor.HeadRows.Turn;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import dev.hone.tensor.Workers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Causal attention inside each packed sequence. Sequences know nothing of each other, so on the CPU each is computed by one
 * thread, the longest first; elsewhere one after the other. Branches need their parents' keys, so they come after all others,
 * and before them in backward.
 */
final class PackedAttention implements Attending {
    /** Scores kept for backward, in elements per layer; beyond it backward computes them again. */
    static final long KEPT = 64L << 20;

    private final ModelSpec.Attention spec;
    private final double dropout;
    private final Rows rows;
    private final Optional<Turn> turn;
    private final Optional<Slots> slots;
    private final Optional<PrefixKeys.Pass> prefix;

    /**
     * Where the keys and values of sequences go.
     *
     * @param first the slot of the first sequence; the others follow
     */
    record Slots(KvCache cache, int first) {}

    /**
     * @param dropout probability on attention weights while training
     * @param turn of every row
     * @param slots are filled with keys and values, for prompts that generation continues
     * @param prefix learned keys and values before every sequence
     */
    PackedAttention(ModelSpec.Attention spec, double dropout, Rows rows, Optional<Turn> turn,
            Optional<Slots> slots, Optional<PrefixKeys.Pass> prefix) {
        this.spec = spec;
        this.dropout = dropout;
        this.rows = rows;
        this.turn = turn;
        this.slots = slots;
        this.prefix = prefix;
    }

    @Override
    public Tensor attend(Tape tape, Tensor qkv, int layer) {
        Tensor out = Tensors.empty(qkv.dtype(), qkv.device(), rows.tokens(), (long) spec.heads() * spec.headSize());
        List<SequenceAttention> sequences = sequences(tape, layer);
        long scores = sequences.stream().mapToLong(SequenceAttention::scores).sum();
        boolean keeps = tape.isRecording();
        Consumer<SequenceAttention> forward = sequence -> {
            sequence.forward(part(qkv, sequence), part(out, sequence), keeps && scores <= KEPT);
            slots.filter(s -> sequence.index() < rows.given()).ifPresent(s -> s.cache().fill(layer,
                    s.first() + sequence.index(), sequence.seen(sequence.tokens())));
            if (!keeps && !sequence.isParent()) {
                sequence.close();
            }
        };
        each(whole(sequences), forward);
        each(branches(sequences), forward);
        if (!keeps) {
            sequences.forEach(SequenceAttention::close);
        }
        return tape.record(out, gradient -> {
            Tensor whole = Tensors.empty(gradient.dtype(), gradient.device(), rows.tokens(), spec.projected());
            Consumer<SequenceAttention> backward = sequence -> sequence.backward(part(gradient, sequence),
                    part(whole, sequence));
            each(branches(sequences), backward);
            each(whole(sequences), backward);
            prefix.ifPresent(pass -> pass.give(layer, whole(sequences).stream()
                    .map(SequenceAttention::owed).toList()));
            tape.give(qkv, whole);
            sequences.forEach(SequenceAttention::close);
        });
    }

    private List<SequenceAttention> sequences(Tape tape, int layer) {
        SequenceAttention.Plan plan = new SequenceAttention.Plan(spec, spec.windows().get(layer),
                tape.isTraining() ? dropout : 0, tape.randomness().nextSeed());
        Optional<Prefix> learned = prefix.map(pass -> Prefix.of(pass.keys(layer)));
        List<SequenceAttention> sequences = new ArrayList<>();
        for (int n = 0; n < rows.sequences(); n++) {
            int start = rows.starts()[n];
            int end = rows.starts()[n + 1];
            Optional<Prefix> before = rows.packed().isBranch(n)
                    ? Optional.of(Prefix.of(sequences.get(rows.packed().parents()[n]), rows.packed().shared()[n]))
                    : learned;
            SequenceAttention sequence = new SequenceAttention(plan, n, start, end,
                    turn.map(t -> t.rows(start, end - start)), before);
            before.flatMap(Prefix::parent).ifPresent(parent -> parent.add(sequence));
            sequences.add(sequence);
        }
        return sequences;
    }

    private static List<SequenceAttention> whole(List<SequenceAttention> sequences) {
        return longestFirst(sequences, sequence -> !sequence.isBranch());
    }

    private static List<SequenceAttention> branches(List<SequenceAttention> sequences) {
        return longestFirst(sequences, SequenceAttention::isBranch);
    }

    private static List<SequenceAttention> longestFirst(List<SequenceAttention> sequences,
            Predicate<SequenceAttention> which) {
        return sequences.stream().filter(which)
                .sorted(Comparator.comparingLong(SequenceAttention::scores).reversed()).toList();
    }

    private static Tensor part(Tensor packed, SequenceAttention sequence) {
        return packed.narrow(0, sequence.start(), sequence.length());
    }

    private void each(List<SequenceAttention> sequences, Consumer<SequenceAttention> body) {
        Consumer<SequenceAttention> scoped = sequence -> {
            try (Scope scope = Scope.open()) {
                body.accept(sequence);
            }
        };
        if (rows.ids().device().equals(Device.CPU)) {
            Workers.each(sequences.size(), n -> scoped.accept(sequences.get(n)));
        } else {
            sequences.forEach(scoped);
        }
    }
}
