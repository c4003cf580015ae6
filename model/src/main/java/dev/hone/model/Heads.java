package dev.hone.model;

import dev.hone.tensor.HeadRows;
import dev.hone.tensor.HeadRows.Columns;
import dev.hone.tensor.HeadRows.Turn;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.List;
import java.util.Optional;

/**
 * Queries, keys and values of one sequence by head, rotated; the queries carry the 1/√K of the scores. S is the length of
 * the sequence rounded up; what lies behind the sequence is zero. A branch has the keys and values of the tokens that it
 * shares, B rounded up, before its own; so has a sequence those of learned tokens.
 *
 * @param queries [H, S, K]
 * @param keys [Hkv, B+S, K]
 * @param values [Hkv, B+S, K]
 */
record Heads(Tensor queries, Tensor keys, Tensor values) implements AutoCloseable {

    /**
     * Splits and rotates the rows of a joint projection.
     *
     * @param qkv [rows, (H + 2·Hkv)·K]
     * @param length S
     */
    static Heads of(Tensor qkv, ModelSpec.Attention spec, Optional<Turn> turn, int length) {
        return new Heads(HeadRows.split(qkv, queryColumns(spec), length, turn, scale(spec)),
                HeadRows.split(qkv, keyColumns(spec), length, turn, 1),
                HeadRows.split(qkv, valueColumns(spec), length, Optional.empty(), 1));
    }

    /**
     * These heads behind keys and values of others.
     *
     * @param others [Hkv, tokens, K] both
     * @param filling zeros before them
     */
    Heads after(KeysValues others, int filling) {
        return new Heads(queries, join(others.keys(), keys, filling), join(others.values(), values, filling));
    }

    private static Tensor join(Tensor others, Tensor own, int filling) {
        Tensor zeros = Tensors.zeros(own.dtype(), own.device(), own.size(0), filling, own.size(2));
        return Tensors.cat(List.of(zeros, others, own), 1);
    }

    /** Without the first {@code before} keys and values. */
    Heads own(int before) {
        return before == 0
                ? this
                : new Heads(queries, keys.narrow(1, before, queries.size(1)).contiguous(),
                        values.narrow(1, before, queries.size(1)).contiguous());
    }

    /** Room of the same shapes, filled with zeros. */
    Heads zeros() {
        return new Heads(Tensors.zerosLike(queries), Tensors.zerosLike(keys), Tensors.zerosLike(values));
    }

    /** Writes these gradients of heads as the gradient of the rows they were split from. */
    void join(Tensor qkv, ModelSpec.Attention spec, Optional<Turn> turn) {
        HeadRows.join(queries, qkv, queryColumns(spec), turn, scale(spec));
        HeadRows.join(keys, qkv, keyColumns(spec), turn, 1);
        HeadRows.join(values, qkv, valueColumns(spec), Optional.empty(), 1);
    }

    private static double scale(ModelSpec.Attention spec) { return 1 / Math.sqrt(spec.headSize()); }

    private static Columns queryColumns(ModelSpec.Attention spec) {
        return new Columns(0, spec.heads(), spec.headSize());
    }

    private static Columns keyColumns(ModelSpec.Attention spec) {
        return new Columns(spec.heads(), spec.keyHeads(), spec.headSize());
    }

    private static Columns valueColumns(ModelSpec.Attention spec) {
        return new Columns(spec.heads() + spec.keyHeads(), spec.keyHeads(), spec.headSize());
    }

    @Override
    public void close() {
        queries.close();
        keys.close();
        values.close();
    }
}
