package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * DoRA's magnitudes (arXiv 2402.09353): each row of W + s·B·A is brought to a length of its own that trains. The length that
 * it has is taken as a constant in backward (section 4.3 there). It follows from ‖w‖² + 2·b·(A·w) + b·(A·Aᵀ)·b with b = s·B's
 * row, so the matrix is never made.
 */
final class Magnitudes implements AutoCloseable {
    private final List<Parameter> magnitudes;
    /** ‖w‖² of each row of W, [O]. */
    private final Tensor squares;

    /**
     * @param magnitudes [outputs] of each part, float32 or wider, since a factor close to 1 must not be rounded
     * @param squares taken over
     */
    Magnitudes(List<Parameter> magnitudes, Tensor squares) {
        this.magnitudes = List.copyOf(magnitudes);
        this.squares = Scope.release(squares);
    }

    /**
     * What the rows of W + s·B·A are multiplied with.
     *
     * @param factors m / ‖w + s·b·A‖, [O]; 1 for rows that no part adapts
     * @param inverses 1 / ‖w + s·b·A‖, [O]
     */
    record Stretch(Tensor factors, Tensor inverses) {}

    /**
     * ‖w‖² of each row of a projection, [O], from the numbers that it computes with.
     *
     * @param dtype the type that codes are computed with
     */
    static Tensor squares(Linear linear, DType dtype) {
        Weight weight = linear.held().weight();
        return Scope.tidy(() -> Tensors.cat(IntStream.range(0, weight.slices().size())
                .mapToObj(i -> Scope.tidy(() -> squares(weight.part(i, dtype), linear.inOut()))).toList(), 0));
    }

    private static Tensor squares(Tensor stored, boolean inOut) {
        return stored.to(ScalarHead.wide(stored.dtype())).square().sum(inOut ? 0 : 1, false);
    }

    Stretch stretch(Linear linear, Factors factors, DType dtype) {
        DType wide = squares.dtype();
        Tensor norms = Scope.tidy(() -> {
            Tensor seen = linear.product(Linear.as(factors.a(), dtype)).to(wide); // A·Wᵀ [R, O]
            Tensor a = factors.a().value().to(wide);
            Tensor all = squares.copy();
            for (Factors.Part part : factors.parts()) {
                Tensor own = part.inner(a.t()); // [I, rank]
                Tensor b = part.b().value().to(wide).mul(part.scale()); // [outputs, rank]
                Tensor cross = seen.narrow(0, part.first(), part.rank()).narrow(1, part.start(), part.outputs()).t();
                Tensor change = cross.mul(2).add(b.matmul(own.t().matmul(own))).mul(b).sum(1, false);
                all.narrow(0, part.start(), part.outputs()).addInPlace(change);
            }
            return all.clampMin(0).sqrt();
        });
        Tensor inverses = Scope.tidy(() -> Tensors.full(1, wide).to(norms.device()).div(norms));
        Tensor m = Scope.tidy(() -> {
            Tensor all = Tensors.full(1, wide, squares.shape()).to(norms.device());
            each(factors, (part, magnitude) -> all.narrow(0, part.start(), part.outputs())
                    .copyFrom(magnitude.value().mul(inverses.narrow(0, part.start(), part.outputs()))));
            return all.to(dtype);
        });
        return new Stretch(m, inverses);
    }

    /** The gradient of z from that of m ∘ z; the magnitudes collect theirs. */
    Tensor back(Factors factors, Stretch stretch, Tensor z, Tensor gradient) {
        each(factors, (part, magnitude) -> {
            Tensor sums = part.columns(gradient).mul(part.columns(z)).to(magnitude.value().dtype()).sum(0, false);
            magnitude.accumulate(sums.mul(stretch.inverses().narrow(0, part.start(), part.outputs())));
        });
        return gradient.mul(stretch.factors());
    }

    /** Brings the adapted rows of a matrix [O, I] to their lengths. */
    void scale(Tensor whole, Factors factors, Function<Parameter, Tensor> weights) {
        each(factors, (part, magnitude) -> {
            Tensor rows = whole.narrow(0, part.start(), part.outputs());
            Tensor norms = rows.square().sum(1, true).sqrt();
            rows.mulInPlace(weights.apply(magnitude).to(whole.dtype()).unsqueeze(1).div(norms));
        });
    }

    private void each(Factors factors, java.util.function.BiConsumer<Factors.Part, Parameter> body) {
        IntStream.range(0, magnitudes.size()).forEach(i -> body.accept(factors.parts().get(i), magnitudes.get(i)));
    }

    Stream<Parameter> parameters() { return magnitudes.stream(); }

    @Override
    public void close() {
        magnitudes.forEach(Parameter::close);
        squares.close();
    }
}
