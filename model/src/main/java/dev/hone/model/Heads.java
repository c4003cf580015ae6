package dev.hone.model;

import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.Optional;

/**
 * Queries, keys and values by head, rotated; the queries carry the 1/√K of the scores.
 *
 * @param queries [H, T, K]
 * @param keys [Hkv, T, K]
 * @param values [Hkv, T, K]
 */
record Heads(Tensor queries, Tensor keys, Tensor values) implements AutoCloseable {

    /** The views of a joint projection [T, (H + 2·Hkv)·K], each [heads, T, K]. */
    static Heads views(Tensor qkv, ModelSpec.Attention spec) {
        return new Heads(view(qkv, 0, spec.heads(), spec), view(qkv, spec.heads(), spec.keyHeads(), spec),
                view(qkv, spec.heads() + spec.keyHeads(), spec.keyHeads(), spec));
    }

    private static Tensor view(Tensor qkv, int firstHead, int heads, ModelSpec.Attention spec) {
        long size = spec.headSize();
        return qkv.narrow(1, firstHead * size, heads * size).view(qkv.size(0), heads, size).transpose(0, 1);
    }

    /** Splits and rotates a joint projection. */
    static Heads of(Tensor qkv, ModelSpec.Attention spec, Optional<RopeTable.Angles> angles) {
        Heads views = views(qkv, spec);
        double scale = 1 / Math.sqrt(spec.headSize());
        if (angles.isEmpty()) {
            return new Heads(views.queries.mul(scale).contiguous(), views.keys.contiguous(), views.values.contiguous());
        }
        Tensor queries = Tensors.empty(qkv.dtype(), qkv.device(), views.queries.shape());
        Tensor keys = Tensors.empty(qkv.dtype(), qkv.device(), views.keys.shape());
        angles.get().times(scale).turn(views.queries, queries, 1);
        angles.get().turn(views.keys, keys, 1);
        return new Heads(queries, keys, views.values.contiguous());
    }

    /** The gradient of the joint projection from the gradients of these heads. */
    Tensor joined(ModelSpec.Attention spec, Optional<RopeTable.Angles> angles) {
        Tensor whole = Tensors.empty(queries.dtype(), queries.device(), queries.size(1), spec.projected());
        Heads views = views(whole, spec);
        double scale = 1 / Math.sqrt(spec.headSize());
        if (angles.isEmpty()) {
            views.queries.copyFrom(queries.mul(scale));
            views.keys.copyFrom(keys);
        } else {
            angles.get().times(scale).turn(queries, views.queries, -1);
            angles.get().turn(keys, views.keys, -1);
        }
        views.values.copyFrom(values);
        return whole;
    }

    @Override
    public void close() {
        queries.close();
        keys.close();
        values.close();
    }
}
