package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** LoRA beside an embedding: a row is e + s·B·a, where a is the token's column of A; without dropout, as in PEFT. */
final class LowRankRows implements ModulePart {
    private final Embedding embedding;
    private final Parameter a;
    private final Parameter b;
    private final double scale;

    /**
     * @param a [r, V]
     * @param b [D, r]
     * @param scale s
     */
    LowRankRows(Embedding embedding, Parameter a, Parameter b, double scale) {
        this.embedding = embedding;
        this.a = a;
        this.b = b;
        this.scale = scale;
    }

    /** Rows [T, D] by int64 ids [T]. */
    Tensor rows(Tape tape, Tensor ids) {
        Tensor rows = embedding.held().own().value().indexSelect(0, ids);
        Tensor inner = a.value().indexSelect(1, ids).t().mul(scale); // [T, r]
        rows.addMatmulInPlace(inner, b.value().t());
        return tape.record(rows, gradient -> {
            b.accumulate(gradient.t().matmul(inner));
            DType wide = ScalarHead.wide(gradient.dtype());
            Tensor byInner = gradient.matmul(b.value()).to(wide).mul(scale);
            Tensor byA = Tensors.zeros(wide, gradient.device(), a.value().size(1), a.value().size(0)); // [V, r]
            byA.indexAddInPlace(0, ids, byInner);
            a.accumulate(byA.t());
            inner.close();
        });
    }

    @Override
    public Held held() { return embedding.held(); }

    @Override
    public void on() { embedding.lowRank(Optional.of(this)); }

    @Override
    public void off() { embedding.lowRank(Optional.empty()); }

    @Override
    public Stream<Parameter> parameters() { return Stream.of(a, b); }

    @Override
    public Tensor merged(Function<Parameter, Tensor> weights) {
        Tensor change = wide(weights.apply(b)).matmul(wide(weights.apply(a))).t().mul(scale); // [V, D]
        return wide(weights.apply(embedding.held().own())).add(change);
    }

    private static Tensor wide(Tensor tensor) { return tensor.to(ScalarHead.wide(tensor.dtype())).to(Device.CPU); }

    @Override
    public void close() { parameters().forEach(Parameter::close); }
}
