package dev.hone.model;

import dev.hone.tensor.HeadRows.Turn;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Attention of one new token per batch row in plain ops, over the whole room with a mask; the open scope owns what all layers
 * share.
 */
final class ComposedStep {
    private final ModelSpec.Attention spec;
    private final KvCache cache;
    private final Optional<Turn> angles;
    private final KvCache.Newest newest;
    private final List<Tensor> masks;
    private final int batch;

    /**
     * The cache has {@linkplain KvCache#advance advanced} already.
     *
     * @param angles of every row, [batch, K/2]
     */
    ComposedStep(ModelSpec.Attention spec, KvCache cache, Optional<Turn> angles) {
        this.spec = spec;
        this.cache = cache;
        this.batch = cache.batch();
        this.newest = cache.newest();
        this.angles = angles.map(this::perHead);
        Map<Integer, Tensor> byWindow = new HashMap<>();
        this.masks = spec.windows().stream().map(window -> byWindow.computeIfAbsent(window, this::mask)).toList();
    }

    /** [batch, H + Hkv, K/2], where the queries' turn carries the 1/√K of the scores as well. */
    private Turn perHead(Turn rows) {
        Turn scaled = rows.times(scale());
        return new Turn(perHead(scaled.cosines(), rows.cosines()), perHead(scaled.sines(), rows.sines()));
    }

    private Tensor perHead(Tensor queries, Tensor keys) {
        long half = spec.headSize() / 2;
        return Tensors.cat(List.of(queries.unsqueeze(1).expand(batch, spec.heads(), half),
                keys.unsqueeze(1).expand(batch, spec.keyHeads(), half)), 1);
    }

    private double scale() { return 1 / Math.sqrt(spec.headSize()); }

    /** [batch, (H + 2·Hkv)·K] → [batch, H·K]. */
    Tensor attend(Tensor qkv, int layer) {
        return Scope.tidy(() -> {
            long size = spec.headSize();
            Tensor heads = turned(qkv.view(batch, spec.heads() + 2L * spec.keyHeads(), size));
            cache.append(layer, newest, heads.narrow(1, spec.heads(), spec.keyHeads()).reshape(-1, size),
                    heads.narrow(1, spec.heads() + spec.keyHeads(), spec.keyHeads()).reshape(-1, size));
            Tensor queries = heads.narrow(1, 0, spec.heads()).reshape((long) batch * spec.keyHeads(), spec.group(),
                    size);
            Tensor scores = queries.bmm(cache.keys(layer)); // [batch·Hkv, G, room]
            scores.view(batch, spec.heads(), cache.room()).addInPlace(masks.get(layer));
            return scores.softmax(-1).bmm(cache.values(layer)).view(batch, spec.heads() * size);
        });
    }

    /** [batch, H + 2·Hkv, K] with queries scaled, queries and keys rotated where positions are rotary. */
    private Tensor turned(Tensor heads) {
        Tensor out = Tensors.empty(heads.dtype(), heads.device(), heads.shape());
        long queryAndKeyHeads = spec.heads() + spec.keyHeads();
        if (angles.isEmpty()) {
            out.copyFrom(heads);
            out.narrow(1, 0, spec.heads()).mulInPlace(scale());
            return out;
        }
        angles.get().apply(heads.narrow(1, 0, queryAndKeyHeads), out.narrow(1, 0, queryAndKeyHeads));
        out.narrow(1, queryAndKeyHeads, spec.keyHeads())
                .copyFrom(heads.narrow(1, queryAndKeyHeads, spec.keyHeads()));
        return out;
    }

    /** [batch, 1, room]: 0 where a row may look, else -∞. */
    private Tensor mask(int window) {
        int room = cache.room();
        float[] values = new float[batch * room];
        for (int row = 0; row < batch; row++) {
            int length = cache.batchLength(row);
            int from = window == 0 ? 0 : Math.max(0, length - window);
            Arrays.fill(values, row * room, row * room + from, Float.NEGATIVE_INFINITY);
            Arrays.fill(values, row * room + length, (row + 1) * room, Float.NEGATIVE_INFINITY);
        }
        return Tensors.of(values, batch, 1, room).to(cache.dtype()).to(cache.device());
    }
}
