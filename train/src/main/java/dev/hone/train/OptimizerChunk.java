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
    private final long start;
    private final long length;
    private final Tensor weights;
    private final Tensor gradient;

    private OptimizerChunk(OptimizerSlot slot, long start, long length, double gradientScale) {
        this.slot = slot;
        this.start = start;
        this.length = length;
        weights = part(slot.weights());
        Tensor wide = slot.parameter().gradient().map(this::part).orElseThrow().to(weights.dtype());
        gradient = gradientScale == 1 ? wide : wide.mul(gradientScale);
    }

    /** Calls the update with every piece of a parameter, in order, then rounds the new weights into a narrow value. */
    static void each(OptimizerSlot slot, double gradientScale, Consumer<OptimizerChunk> update) {
        long count = slot.weights().count();
        long longest = slot.weights().device().isCpu() ? ON_CPU : ON_GPU;
        for (long start = 0; start < count; start += longest) {
            try (Scope scope = Scope.open()) {
                OptimizerChunk chunk = new OptimizerChunk(slot, start, Math.min(longest, count - start), gradientScale);
                update.accept(chunk);
                if (slot.narrow()) {
                    chunk.part(slot.parameter().value()).copyFrom(chunk.weights);
                }
            }
        }
    }

    /** Full-precision weights [C], to be changed in place. */
    Tensor weights() { return weights; }

    /** The scaled gradient [C] in the weights' type; must not be changed. */
    Tensor gradient() { return gradient; }

    /** A moment's piece [C], to be changed in place. */
    Tensor moment(String what) { return part(slot.moment(what)); }

    private Tensor part(Tensor whole) { return whole.view(-1).narrow(0, start, length); }
}
