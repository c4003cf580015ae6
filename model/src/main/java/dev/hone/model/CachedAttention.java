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
    private final Optional<ComposedStep> composed;
    private final int first;
    private final int rows;

    private CachedAttention(ModelSpec.Attention spec, KvCache cache, Optional<Turn> angles,
            Optional<ComposedStep> composed, int first, int rows) {
        this.spec = spec;
        this.cache = cache;
        this.angles = angles;
        this.composed = composed;
        this.first = first;
        this.rows = rows;
    }

    /**
     * Of the whole batch. The cache has {@linkplain KvCache#advance advanced} already.
     *
     * @param angles of every row, [batch, K/2]
     */
    static CachedAttention of(ModelSpec.Attention spec, KvCache cache, Optional<Turn> angles) {
        return new CachedAttention(spec, cache, angles,
                cache.tiled() ? Optional.empty() : Optional.of(new ComposedStep(spec, cache, angles)), 0,
                cache.batch());
    }

    /** Of some rows of the batch, where the cache is {@linkplain KvCache#tiled tiled}. */
    CachedAttention rows(int from, int count) {
        return new CachedAttention(spec, cache, angles.map(turn -> turn.rows(from, count)), composed, from, count);
    }

    @Override
    public Tensor attend(Tape tape, Tensor qkv, int layer) {
        return composed.map(step -> step.attend(qkv, layer)).orElseGet(() -> StepAttention.apply(qkv,
                cache.kept(layer, spec.windows().get(layer)).slots(first, rows), KvCache.shape(spec), angles));
    }
}
