package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.List;
import java.util.stream.Stream;

/**
 * Thin matrices beside a projection (LoRA, arXiv 2106.09685): each part adds s·B·A to the matrix of its columns. The A's lie
 * in one parameter, so that all parts read their rows in one product.
 *
 * @param a [R, I], R the sum of the ranks
 * @param parts one for each adapted matrix
 */
record Factors(Parameter a, List<Part> parts) {

    /**
     * One adapted matrix.
     *
     * @param module its name
     * @param start its first column among the projection's
     * @param outputs its columns
     * @param first its first row of A
     * @param rank its rows of A
     * @param scale s
     * @param b [outputs, rank]
     */
    record Part(String module, long start, long outputs, long first, long rank, double scale, Parameter b) {

        Tensor columns(Tensor rows) { return rows.narrow(1, start, outputs); }

        Tensor inner(Tensor rows) { return rows.narrow(1, first, rank); }

        /** s·B·A, [outputs, I], from the values of the parameters. */
        Tensor product(Tensor a, Tensor b) {
            return b.matmul(a.narrow(0, first, rank)).mul(scale);
        }
    }

    /** The same with parameters of its own, which its owner closes. */
    Factors copy() {
        return new Factors(copy(a), parts.stream().map(part -> new Part(part.module(), part.start(), part.outputs(),
                part.first(), part.rank(), part.scale(), copy(part.b()))).toList());
    }

    private static Parameter copy(Parameter parameter) {
        try (Scope scope = Scope.open()) {
            return new Parameter(parameter.slices(), parameter.value().copy());
        }
    }

    /** With the opposite sign and frozen. */
    Factors subtracted() {
        parameters().forEach(parameter -> parameter.trainable(false));
        return new Factors(a, parts.stream().map(part -> new Part(part.module(), part.start(), part.outputs(),
                part.first(), part.rank(), -part.scale(), part.b())).toList());
    }

    /** s·A·x of every part, [T, R]. */
    Tensor down(Tensor x) {
        Tensor inner = x.matmul(Linear.as(a, x.dtype()).t());
        scale(inner);
        return inner;
    }

    private void scale(Tensor inner) {
        if (parts.stream().allMatch(part -> part.scale() == parts.getFirst().scale())) {
            inner.mulInPlace(parts.getFirst().scale());
        } else {
            parts.forEach(part -> part.inner(inner).mulInPlace(part.scale()));
        }
    }

    /** Adds B·inner to the columns of each part; no view of the rows outlives it, which would keep them in memory. */
    void addTo(Tensor y, Tensor inner) {
        try (Scope scope = Scope.open()) {
            for (Part part : parts) {
                part.columns(y).addMatmulInPlace(part.inner(inner), Linear.as(part.b(), y.dtype()).t());
            }
        }
    }

    /**
     * The gradient of A·x, [T, R], from that of the result; the B's collect theirs.
     *
     * @param inner what {@link #down} gave
     */
    Tensor back(Tensor gradient, Tensor inner) {
        List<Tensor> byInner = parts.stream().map(part -> {
            Tensor own = part.columns(gradient);
            if (part.b().trainable()) {
                part.b().accumulate(own.t().matmul(part.inner(inner)));
            }
            return own.matmul(Linear.as(part.b(), gradient.dtype()));
        }).toList();
        Tensor whole = byInner.size() == 1 ? byInner.getFirst() : Tensors.cat(byInner, 1);
        scale(whole);
        return whole;
    }

    /** Lets A collect its gradient. */
    void gather(Tensor byInner, Tensor x) {
        if (a.trainable()) {
            a.accumulate(byInner.t().matmul(x));
        }
    }

    /** byInner·A, [T, I]. */
    Tensor inputGradient(Tensor byInner) { return byInner.matmul(matrix(byInner.dtype())); }

    /** Adds {@link #inputGradient} to a gradient. */
    void addInputGradient(Tensor byX, Tensor byInner) {
        byX.addMatmulInPlace(byInner, matrix(byX.dtype()));
    }

    private Tensor matrix(DType dtype) { return Linear.as(a, dtype); }

    Stream<Parameter> parameters() { return Stream.concat(Stream.of(a), parts.stream().map(Part::b)); }
}
