package dev.hone.train;

import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import java.util.function.Consumer;

/**
 * A piece of one parameter's flattened tensors, short enough that what an elementwise update leaves between its ops stays in
 * the processor's cache: then several ops cost little more than one pass over memory.
 */
final class OptimizerChunk {
    private static final long ON_CPU = 1 << 20;
    /** On a GPU launching a kernel costs more than memory traffic; this only bounds the temporaries. */
    private static final long ON_GPU = 1 << 25;

    private final OptimizerSlot slot;
    private final Piece piece;
    private final Tensor weights;
    private final Tensor gradient;

    private OptimizerChunk(OptimizerSlot slot, Piece piece, double gradientScale) {
        this.slot = slot;
        this.piece = piece;
        weights = piece.of(slot.weights());
        Tensor near = slot.parameter().gradient().map(piece::of).orElseThrow();
        Tensor wide = (slot.away() ? near.to(weights.device()) : near).to(weights.dtype());
        gradient = gradientScale == 1 ? wide : wide.mul(gradientScale);
    }

    /** A place in a flattened tensor. */
    record Piece(long start, long length) {
        /** That piece of a tensor, a view. */
        Tensor of(Tensor whole) {
            return whole.view(-1).narrow(0, start, length);
        }
    }

    /** Calls the body with every place of a tensor, in order, each in a scope of its own. */
    static void each(Tensor like, Consumer<Piece> body) {
        long longest = like.device().isCpu() ? ON_CPU : ON_GPU;
        for (long start = 0; start < like.count(); start += longest) {
            try (Scope scope = Scope.open()) {
                body.accept(new Piece(start, Math.min(longest, like.count() - start)));
            }
        }
    }

    /** Calls the update with every piece of a parameter, in order, then rounds the new weights into a narrow value. */
    static void each(OptimizerSlot slot, double gradientScale, Consumer<OptimizerChunk> update) {
        each(slot.weights(), piece -> {
            OptimizerChunk chunk = new OptimizerChunk(slot, piece, gradientScale);
            update.accept(chunk);
            if (slot.apart()) {
                piece.of(slot.parameter().value()).copyFrom(chunk.weights);
            }
        });
    }

    /** Full-precision weights [C], to be changed in place. */
    Tensor weights() { return weights; }

    /** The scaled gradient [C] in the weights' type; must not be changed. */
    Tensor gradient() { return gradient; }

    /** A moment's piece [C], to be changed in place. */
    Tensor moment(String what) {
        return piece.of(slot.moment(what));
    }
}
