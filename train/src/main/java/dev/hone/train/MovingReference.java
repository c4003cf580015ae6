package dev.hone.train;

import dev.hone.model.Decoder;
import dev.hone.model.HiddenOptions;
import dev.hone.model.Rows;
import dev.hone.objective.ReferenceSync;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import java.util.Map;

/** A reference that follows the policy (TR-DPO, arXiv 2404.09656), so that its log-probs cannot be known in advance. */
final class MovingReference implements AutoCloseable {
    private final PolicyCopy reference;
    private final ReferenceSync sync;

    /** Takes the reference over. */
    MovingReference(Decoder reference, Decoder policy, ReferenceSync sync) {
        this.reference = new PolicyCopy(reference, policy, "reference");
        this.sync = sync;
    }

    /** [P]. */
    Tensor logProbs(Rows rows) {
        Decoder decoder = reference.decoder();
        return Scope.tidy(() -> {
            Tape tape = Tape.inference();
            return decoder.head().logProbs(tape, decoder.hidden(tape, rows, HiddenOptions.PLAIN), rows);
        });
    }

    /** After every so many steps α·policy + (1−α)·reference; what both share stands still. */
    void stepped(long steps) {
        if (steps % sync.refModelSyncSteps() == 0) {
            reference.follow(sync.refModelMixupAlpha());
        }
    }

    /** Its weights, for checkpoints. */
    Map<String, Tensor> tensors() { return reference.tensors(); }

    @Override
    public void close() { reference.close(); }
}
