package dev.hone.model;

import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import java.util.stream.Stream;

/**
 * Root-mean-square norms of every query and key head (Qwen3).
 *
 * @param queries weight [K]
 * @param keys weight [K]
 */
record HeadNorms(NormLayer queries, NormLayer keys) {

    /** The joint projection [T, (H + 2·Hkv)·K] with its query and key columns normalised. */
    Tensor apply(Tape tape, Tensor qkv, ModelSpec.Attention spec) {
        Tape inner = tape.isRecording() ? Tape.gradients() : Tape.inference();
        long rows = qkv.size(0);
        long size = spec.headSize();
        long queryColumns = spec.heads() * size;
        long keyColumns = spec.keyHeads() * size;
        Tensor queryIn = inner.track(qkv.narrow(1, 0, queryColumns).reshape(rows * spec.heads(), size));
        Tensor keyIn = inner.track(qkv.narrow(1, queryColumns, keyColumns).reshape(rows * spec.keyHeads(), size));
        Tensor queryOut = queries.apply(inner, queryIn);
        Tensor keyOut = keys.apply(inner, keyIn);
        Tensor joined = qkv.copy();
        joined.narrow(1, 0, queryColumns).copyFrom(queryOut.view(rows, queryColumns));
        joined.narrow(1, queryColumns, keyColumns).copyFrom(keyOut.view(rows, keyColumns));
        return tape.record(joined, gradient -> {
            Tensor whole = gradient.copy();
            inner.give(keyOut,
                    gradient.narrow(1, queryColumns, keyColumns).reshape(rows * spec.keyHeads(), size).copy());
            inner.backward(queryOut, gradient.narrow(1, 0, queryColumns).reshape(rows * spec.heads(), size));
            whole.narrow(1, 0, queryColumns).copyFrom(inner.gradient(queryIn).view(rows, queryColumns));
            whole.narrow(1, queryColumns, keyColumns).copyFrom(inner.gradient(keyIn).view(rows, keyColumns));
            tape.give(qkv, whole);
        });
    }

    Stream<NormLayer> norms() { return Stream.of(queries, keys); }

    Stream<Parameter> parameters() { return Stream.concat(queries.parameters(), keys.parameters()); }
}
