package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Ops;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.QuantisedOps;
import dev.hone.tensor.Randomness;
import dev.hone.tensor.Scope;
import dev.hone.tensor.StepMatrix;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * A projection of rows, possibly of several named matrices that read the same rows and run as one product. The matrix is
 * dense or quantised. An adapter may stand beside it ({@link LowRank}) or put a dense copy in its place ({@link Held}).
 */
final class Linear {
    private final Held weight;
    private final Optional<Held> bias;
    private final boolean inOut;
    private Optional<LowRank> lowRank = Optional.empty();
    private Optional<StepMatrix> steps = Optional.empty();

    /**
     * @param weight [O, I], or [I, O] when {@code inOut}
     * @param bias [O]
     * @param inOut how the weight is stored
     */
    Linear(Held weight, Optional<Held> bias, boolean inOut) {
        this.weight = weight;
        this.bias = bias;
        this.inOut = inOut;
    }

    /** Of a projection that is never quantised, such as a head's. */
    Parameter weight() { return weight.now(); }

    Optional<Parameter> bias() { return bias.map(Held::now); }

    boolean inOut() { return inOut; }

    /** I. */
    long inputs() { return weight.weight().shape()[inOut ? 0 : 1]; }

    /** O. */
    long outputs() { return weight.weight().shape()[inOut ? 1 : 0]; }

    Held held() { return weight; }

    Optional<LowRank> lowRank() { return lowRank; }

    void lowRank(Optional<LowRank> beside) { lowRank = beside; }

    /** Bytes of what {@link #layOut} copies. */
    long layoutBytes() {
        return weight.codes().isPresent() ? 0 : inputs() * outputs() * weight().value().dtype().bytes();
    }

    /** Copies the matrix for steps of few rows, where that serves; until {@link #forgetLayout} it must not change. */
    void layOut(long rows) {
        forgetLayout();
        if (weight.codes().isEmpty()) {
            try (Scope scope = Scope.open()) {
                Tensor stored = weight().value();
                steps = StepMatrix.of(inOut ? stored.t() : stored, rows);
            }
        }
    }

    void forgetLayout() {
        steps.ifPresent(StepMatrix::close);
        steps = Optional.empty();
    }

    /** The matrix as it was laid out, for rows that it serves. */
    private Optional<StepMatrix> step(Tensor x) {
        return steps.filter(matrix -> matrix.serves(x));
    }

    /** [T, I] → [T, O]. */
    Tensor apply(Tape tape, Tensor x) {
        if (lowRank.isPresent()) {
            return lowRank.get().apply(tape, x);
        }
        if (!tape.isRecording() && step(x).isPresent()) {
            return affine(x);
        }
        Optional<QuantisedWeight> codes = weight.codes();
        if (codes.isPresent()) {
            return QuantisedOps.linear(tape, x, codes.get().matrices(), bias());
        }
        return inOut ? Ops.linearInOut(tape, x, weight(), bias()) : Ops.linear(tape, x, weight(), bias());
    }

    /**
     * As {@link #apply} for a caller that takes the gradient itself; only where there is no bias and W is stored [O, I].
     *
     * @param seed of an adapter's dropout; none is drawn where empty
     */
    LinearPass pass(Tensor x, OptionalLong seed) {
        if (lowRank.isEmpty()) {
            return new LinearPass.Plain(this, x, product(x));
        }
        LowRank beside = lowRank.get();
        return beside.pass(x, seed.isPresent()
                ? beside.keep(true, Randomness.of(seed.getAsLong()), x)
                : Optional.empty());
    }

    /** x·Wᵀ without the bias, computed in the type of the rows; on no tape. */
    Tensor product(Tensor x) {
        Optional<StepMatrix> step = step(x);
        if (step.isPresent()) {
            return step.get().product(x, Optional.empty());
        }
        return weight.codes().map(codes -> QuantisedOps.product(x, codes.matrices()))
                .orElseGet(() -> x.matmul(matrix(x.dtype())));
    }

    /** x·Wᵀ + bias, computed in the type of the rows; on no tape. */
    Tensor affine(Tensor x) {
        if (bias.isEmpty()) {
            return product(x);
        }
        Tensor shift = as(bias.get().now(), x.dtype());
        Optional<StepMatrix> step = step(x);
        if (step.isPresent()) {
            return step.get().product(x, Optional.of(shift));
        }
        if (weight.codes().isEmpty()) {
            return shift.addMatmul(x, matrix(x.dtype()));
        }
        Tensor y = product(x);
        y.addInPlace(shift);
        return y;
    }

    /** The gradient of the rows from that of the product: g·W. */
    Tensor inputGradient(Tensor gradient) {
        return weight.codes().map(codes -> QuantisedOps.inputGradient(gradient, codes.matrices()))
                .orElseGet(() -> gradient.matmul(matrix(gradient.dtype()).t()));
    }

    /** [I, O]. */
    private Tensor matrix(DType dtype) {
        Tensor stored = as(weight(), dtype);
        return inOut ? stored : stored.t();
    }

    static Tensor as(Parameter parameter, DType dtype) {
        return parameter.value().dtype() == dtype ? parameter.value() : parameter.value().to(dtype);
    }

    Stream<Held> helds() { return Stream.concat(Stream.of(weight), bias.stream()); }

    /** The dense ones. */
    Stream<Parameter> parameters() { return helds().flatMap(Held::parameters); }

    /** The weight, where it is quantised. */
    Stream<QuantisedWeight> quantised() { return weight.quantised(); }

    /** What to make: names without endings, columns of each. */
    record Shape(List<String> names, List<Long> outputs, long inputs, boolean bias, boolean inOut) {}

    static Linear make(ParameterSource source, Shape shape, ParameterSource.Start start) {
        List<ParameterSource.Part> weights = parts(shape, ".weight");
        Optional<Held> bias = shape.bias()
                ? Optional.of(new Held(source.make(parts(shape, ".bias"), new ParameterSource.Constant(0))))
                : Optional.empty();
        return new Linear(new Held(source.weight(weights, start, shape.inOut())), bias, shape.inOut());
    }

    private static List<ParameterSource.Part> parts(Shape shape, String ending) {
        return java.util.stream.IntStream.range(0, shape.names().size()).mapToObj(i -> {
            String name = shape.names().get(i) + ending;
            long outputs = shape.outputs().get(i);
            return ending.equals(".bias")
                    ? new ParameterSource.Part(name, outputs)
                    : shape.inOut()
                            ? new ParameterSource.Part(name, shape.inputs(), outputs)
                            : new ParameterSource.Part(name, outputs, shape.inputs());
        }).toList();
    }
}
