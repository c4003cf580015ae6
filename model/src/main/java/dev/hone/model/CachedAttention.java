package dev.hone.model;

import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.Optional;

/** Attention of one new token per slot against everything the slot holds. */
final class CachedAttention implements Attending {
    private final ModelSpec.Attention spec;
    private final KvCache cache;
    private final Optional<RopeTable.Angles> angles;
    private final Tensor newest;
    private final int longest;

    /** The cache has {@linkplain KvCache#advance advanced} already. */
    CachedAttention(ModelSpec.Attention spec, KvCache cache, Optional<RopeTable.Angles> angles) {
        this.spec = spec;
        this.cache = cache;
        this.angles = angles;
        this.newest = cache.newestRows();
        this.longest = cache.longest();
    }

    @Override
    public Tensor attend(Tape tape, Tensor qkv, int layer) {
        return Scope.tidy(() -> {
            long slots = qkv.size(0);
            long size = spec.headSize();
            Heads heads = Heads.of(qkv, spec, angles, 0);
            cache.append(layer, newest, bySlot(heads.keys()), bySlot(heads.values()));
            Tensor queries = heads.queries().transpose(0, 1).reshape(slots * spec.keyHeads(), spec.group(), size);
            Tensor scores = queries.bmm(cache.keys(layer, longest).transpose(1, 2)); // [slots·Hkv, G, longest]
            mask(spec.windows().get(layer))
                    .ifPresent(m -> scores.view(slots, spec.keyHeads() * (long) spec.group(), longest)
                            .addInPlace(m.to(scores.dtype()).to(scores.device())));
            return scores.softmax(-1).bmm(cache.values(layer, longest)).reshape(slots, spec.heads() * size);
        });
    }

    /** [Hkv, slots, K] → [slots·Hkv, K]. */
    private Tensor bySlot(Tensor heads) {
        return heads.transpose(0, 1).reshape(-1, spec.headSize());
    }

    /** [slots, 1, longest] of 0 and -∞; empty where every slot sees everything. */
    private Optional<Tensor> mask(int window) {
        float[] values = new float[cache.slots() * longest];
        boolean needed = false;
        for (int slot = 0; slot < cache.slots(); slot++) {
            int length = cache.length(slot);
            for (int column = 0; column < longest; column++) {
                if (column >= length || (window > 0 && column < length - window)) {
                    values[slot * longest + column] = Float.NEGATIVE_INFINITY;
                    needed = true;
                }
            }
        }
        return needed ? Optional.of(Tensors.of(values, cache.slots(), 1, longest)) : Optional.empty();
    }
}
