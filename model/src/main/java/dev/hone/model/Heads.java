package dev.hone.model;

import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.Optional;

/**
 * Queries, keys and values by head, rotated; the queries carry the 1/√K of the scores.
 *
 * @param queries [H, T + slack, K]
 * @param keys [Hkv, T + slack, K]
 * @param values [Hkv, T + slack, K]
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

    /**
     * Splits and rotates a joint projection.
     *
     * @param slack rows of zeros after the last token, into which blocks of rounded size may reach
     */
    static Heads of(Tensor qkv, ModelSpec.Attention spec, Optional<RopeTable.Angles> angles, int slack) {
        Heads views = views(qkv, spec);
        Heads heads = new Heads(room(views.queries, slack), room(views.keys, slack), room(views.values, slack));
        Heads filled = heads.first(qkv.size(0));
        double scale = 1 / Math.sqrt(spec.headSize());
        if (angles.isPresent()) {
            angles.get().times(scale).turn(views.queries, filled.queries, 1);
            angles.get().turn(views.keys, filled.keys, 1);
        } else {
            filled.queries.copyFrom(views.queries.mul(scale));
            filled.keys.copyFrom(views.keys);
        }
        filled.values.copyFrom(views.values);
        return heads;
    }

    private static Tensor room(Tensor view, int slack) {
        long rows = view.size(1);
        Tensor room = Tensors.empty(view.dtype(), view.device(), view.size(0), rows + slack, view.size(2));
        room.narrow(1, rows, slack).zero();
        return room;
    }

    /** The heads of the first rows. */
    Heads first(long rows) {
        return new Heads(queries.narrow(1, 0, rows), keys.narrow(1, 0, rows), values.narrow(1, 0, rows));
    }

    /** The gradient of the joint projection [T, …] from the gradients of these heads. */
    Tensor joined(ModelSpec.Attention spec, Optional<RopeTable.Angles> angles, long rows) {
        Tensor whole = Tensors.empty(queries.dtype(), queries.device(), rows, spec.projected());
        Heads views = views(whole, spec);
        Heads real = first(rows);
        double scale = 1 / Math.sqrt(spec.headSize());
        if (angles.isPresent()) {
            angles.get().times(scale).turn(real.queries, views.queries, -1);
            angles.get().turn(real.keys, views.keys, -1);
        } else {
            views.queries.copyFrom(real.queries.mul(scale));
            views.keys.copyFrom(real.keys);
        }
        views.values.copyFrom(real.values);
        return whole;
    }

    @Override
    public void close() {
        queries.close();
        keys.close();
        values.close();
    }
}
