package dev.hone.train;

import dev.hone.model.Decoder;
import dev.hone.model.HiddenOptions;
import dev.hone.model.Rows;
import dev.hone.objective.ReferenceSync;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** A reference that follows the policy (TR-DPO, arXiv 2404.09656), so that its log-probs cannot be known in advance. */
final class MovingReference implements AutoCloseable {
    private final Decoder reference;
    private final Decoder policy;
    private final ReferenceSync sync;

    /** Takes the reference over. */
    MovingReference(Decoder reference, Decoder policy, ReferenceSync sync) {
        this.reference = reference;
        this.policy = policy;
        this.sync = sync;
    }

    /** [P]. */
    Tensor logProbs(Rows rows) {
        return Scope.tidy(() -> {
            Tape tape = Tape.inference();
            return reference.head().logProbs(tape, reference.hidden(tape, rows, HiddenOptions.PLAIN), rows);
        });
    }

    /** After every so many steps α·policy + (1−α)·reference; what both share stands still. */
    void stepped(long steps) {
        if (steps % sync.refModelSyncSteps() != 0) {
            return;
        }
        for (int i = 0; i < reference.parameters().size(); i++) {
            if (reference.borrowed().contains(reference.parameters().get(i))) {
                continue;
            }
            try (Scope scope = Scope.open()) {
                Tensor own = reference.parameters().get(i).value();
                Tensor other = policy.parameters().get(i).value();
                own.copyFrom(other.mul(sync.refModelMixupAlpha()).add(own.mul(1 - sync.refModelMixupAlpha())));
            }
        }
    }

    /** Its own weights, for checkpoints. */
    Map<String, Tensor> tensors() {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        reference.parameters().stream().filter(parameter -> !reference.borrowed().contains(parameter))
                .forEach(parameter -> weights.put("reference." + parameter.name(), parameter.value()));
        return weights;
    }

    @Override
    public void close() { reference.close(); }
}
