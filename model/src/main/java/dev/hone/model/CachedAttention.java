package dev.hone.model;

import dev.hone.tensor.HeadRows.Turn;
import dev.hone.tensor.StepAttention;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import java.util.Optional;

/**
 * Attention of one new token per batch row against everything its slot holds: in one pass over each row where the processor
 * and the heads allow it, else as {@link ComposedStep}.
 */
final class CachedAttention implements Attending {
    private final ModelSpec.Attention spec;
    private final KvCache cache;
    private final Optional<Turn> angles;
    private final StepAttention.Shape shape;
    private final Optional<ComposedStep> composed;

    /**
     * The cache has {@linkplain KvCache#advance advanced} already.
     *
     * @param angles of every row, [batch, K/2]
     */
    CachedAttention(ModelSpec.Attention spec, KvCache cache, Optional<Turn> angles) {
        this.spec = spec;
        this.cache = cache;
        this.angles = angles;
        this.shape = new StepAttention.Shape(spec.heads(), spec.keyHeads(), spec.headSize());
        this.composed = StepAttention.serves(cache.kept(0, 0), shape)
                ? Optional.empty()
                : Optional.of(new ComposedStep(spec, cache, angles));
    }

    @Override
    public Tensor attend(Tape tape, Tensor qkv, int layer) {
        return composed.map(step -> step.attend(qkv, layer)).orElseGet(() -> StepAttention.apply(qkv,
                cache.kept(layer, spec.windows().get(layer)), shape, angles));
    }
}
