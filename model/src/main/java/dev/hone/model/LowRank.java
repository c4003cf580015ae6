package dev.hone.model;

import dev.hone.model.Magnitudes.Stretch;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Randomness;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * LoRA beside a projection (arXiv 2106.09685): y = W·x + s·B·A·drop(x), where W is frozen and its gradient never computed.
 * With {@link Magnitudes} it is DoRA. The matrices of one projection read the same rows, so they draw one dropout.
 *
 * <p>PiSSA (arXiv 2404.02948) trains the largest part of W itself. Here W stays whole, and what the factors were at the start
 * is subtracted beside it: y = W·x + s·(B·A − B₀·A₀)·drop(x). Switched off, the model is then the one that was loaded.
 */
final class LowRank implements ModulePart {
    private final Linear linear;
    private final Factors trained;
    private final Optional<Factors> initial;
    private final Optional<Magnitudes> magnitudes;
    private final double dropout;

    /**
     * @param initial B₀·A₀, frozen, with the scale −s
     * @param dropout probability on what A reads, while training
     */
    LowRank(Linear linear, Factors trained, Optional<Factors> initial, Optional<Magnitudes> magnitudes,
            double dropout) {
        this.linear = linear;
        this.trained = trained;
        this.initial = initial;
        this.magnitudes = magnitudes;
        this.dropout = dropout;
    }

    double dropout() { return dropout; }

    /** [T, I] → [T, O]. */
    Tensor apply(Tape tape, Tensor x) {
        Pass pass = pass(x, keep(tape.isTraining(), tape.randomness(), x));
        return tape.record(pass.output(), gradient -> {
            pass.backward(gradient, tape.tracks(x)).ifPresent(byX -> tape.give(x, byX));
            pass.kept().forEach(Tensor::close);
        });
    }

    /** Numbers that one token keeps: the narrow rows, what dropout keeps, and the product that DoRA stretches. */
    long activations() {
        long ranks = trained.parts().stream().mapToLong(Factors.Part::rank).sum();
        return ranks * (initial.isPresent() ? 2 : 1) + (dropout > 0 ? linear.inputs() : 0)
                + (magnitudes.isPresent() ? linear.outputs() : 0);
    }

    /** What dropout leaves of rows, already scaled up; empty where nothing is dropped. */
    Optional<Tensor> keep(boolean training, Randomness randomness, Tensor x) {
        if (!training || dropout == 0) {
            return Optional.empty();
        }
        Tensor keep = randomness.bernoulli(1 - dropout, x.dtype(), x.device(), x.shape());
        keep.mulInPlace(1 / (1 - dropout));
        return Optional.of(keep);
    }

    Pass pass(Tensor x, Optional<Tensor> keep) {
        Tensor read = keep.map(x::mul).orElse(x);
        Tensor inner = trained.down(read);
        Optional<Tensor> first = initial.map(factors -> factors.down(read));
        if (magnitudes.isPresent()) {
            return stretched(new Read(x, keep, read), inner);
        }
        Tensor y = linear.affine(x);
        trained.addTo(y, inner);
        first.ifPresent(innerOfFirst -> initial.orElseThrow().addTo(y, innerOfFirst));
        keep.ifPresent(none -> read.close());
        return new Pass(x, keep, inner, first, Optional.empty(), y);
    }

    private record Read(Tensor x, Optional<Tensor> keep, Tensor dropped) {}

    /** y = m ∘ (W·d + s·B·A·d) + (W·x − W·d) + bias for what dropout leaves d of x. */
    private Pass stretched(Read read, Tensor inner) {
        Tensor z = linear.product(read.dropped());
        Optional<Tensor> rest = read.keep().map(none -> linear.product(read.x()).sub(z));
        trained.addTo(z, inner);
        Stretch stretch = magnitudes.orElseThrow().stretch(linear, trained, z.dtype());
        Tensor y = z.mul(stretch.factors());
        rest.ifPresent(y::addInPlace);
        linear.bias().ifPresent(bias -> y.addInPlace(Linear.as(bias, y.dtype())));
        read.keep().ifPresent(none -> read.dropped().close());
        return new Pass(read.x(), read.keep(), inner, Optional.empty(), Optional.of(new Stretched(z, stretch)), y);
    }

    /** @param z [T, O] before it is stretched */
    private record Stretched(Tensor z, Stretch stretch) {}

    /** A forward pass that keeps what backward reads. */
    final class Pass implements LinearPass {
        private final Tensor x;
        private final Optional<Tensor> keep;
        private final Tensor inner;
        private final Optional<Tensor> first;
        private final Optional<Stretched> stretched;
        private final Tensor output;

        private Pass(Tensor x, Optional<Tensor> keep, Tensor inner, Optional<Tensor> first,
                Optional<Stretched> stretched, Tensor output) {
            this.x = x;
            this.keep = keep;
            this.inner = inner;
            this.first = first;
            this.stretched = stretched;
            this.output = output;
        }

        @Override
        public Tensor output() { return output; }

        @Override
        public List<Tensor> kept() {
            List<Tensor> kept = new ArrayList<>(List.of(inner));
            keep.ifPresent(kept::add);
            first.ifPresent(kept::add);
            stretched.ifPresent(s -> kept.addAll(List.of(s.z(), s.stretch().factors(), s.stretch().inverses())));
            return kept;
        }

        @Override
        public Optional<Tensor> backward(Tensor gradient, boolean wanted) {
            Tensor byZ = stretched.map(s -> magnitudes.orElseThrow().back(trained, s.stretch(), s.z(), gradient))
                    .orElse(gradient);
            Tensor byInner = trained.back(byZ, inner);
            trained.gather(byInner, keep.map(x::mul).orElse(x));
            if (!wanted) {
                return Optional.empty();
            }
            Tensor byX = linear.inputGradient(stretched.isPresent() && keep.isEmpty() ? byZ : gradient);
            if (keep.isEmpty()) {
                trained.addInputGradient(byX, byInner);
                first.ifPresent(none -> initial.orElseThrow().addInputGradient(byX, initialBack(byZ)));
            } else {
                byX.addInPlace(byDropped(byZ, byInner, gradient).mul(keep.get()));
            }
            return Optional.of(byX);
        }

        /** The gradient of what dropout leaves of the rows. */
        private Tensor byDropped(Tensor byZ, Tensor byInner, Tensor gradient) {
            Tensor byRead = stretched.isPresent()
                    ? linear.inputGradient(byZ.sub(gradient))
                    : trained.inputGradient(byInner);
            if (stretched.isPresent()) {
                trained.addInputGradient(byRead, byInner);
            }
            first.ifPresent(none -> initial.orElseThrow().addInputGradient(byRead, initialBack(byZ)));
            return byRead;
        }

        private Tensor initialBack(Tensor byZ) { return initial.orElseThrow().back(byZ, first.orElseThrow()); }
    }

    @Override
    public Held held() { return linear.held(); }

    @Override
    public void on() { linear.lowRank(Optional.of(this)); }

    @Override
    public void off() { linear.lowRank(Optional.empty()); }

    @Override
    public Stream<Parameter> parameters() {
        return Stream.concat(trained.parameters(), magnitudes.stream().flatMap(Magnitudes::parameters));
    }

    @Override
    public Tensor merged(Function<Parameter, Tensor> weights) {
        Tensor stored = wide(linear.held().weight().whole(weights, trained.a().value().dtype()));
        Tensor whole = (linear.inOut() ? stored.t() : stored).copy(); // [O, I]
        Function<Parameter, Tensor> wide = parameter -> wide(weights.apply(parameter));
        Stream.concat(Stream.of(trained), initial.stream()).forEach(factors -> factors.parts()
                .forEach(part -> whole.narrow(0, part.start(), part.outputs())
                        .addInPlace(part.product(wide.apply(factors.a()), wide.apply(part.b())))));
        magnitudes.ifPresent(sizes -> sizes.scale(whole, trained, wide));
        return linear.inOut() ? whole.t().contiguous() : whole;
    }

    private static Tensor wide(Tensor tensor) { return tensor.to(ScalarHead.wide(tensor.dtype())).to(Device.CPU); }

    /** PiSSA's start is stored with its end, as PEFT stores it for the base that was loaded: [A, A₀] and [B, −B₀]. */
    @Override
    public Stream<Stored> stored() {
        if (initial.isEmpty()) {
            return ModulePart.super.stored();
        }
        return java.util.stream.IntStream.range(0, trained.parts().size()).boxed().flatMap(i -> {
            Factors.Part part = trained.parts().get(i);
            Factors.Part start = initial.orElseThrow().parts().get(i);
            return Stream.of(
                    new Stored(trained.a().slices().get(i).name(), new long[]{2 * part.rank(), linear.inputs()},
                            weights -> Tensors.cat(List.of(
                                    weights.apply(trained.a()).narrow(0, part.first(), part.rank()),
                                    rowsLike(initial.orElseThrow().a(), weights.apply(trained.a()))
                                            .narrow(0, start.first(), start.rank())),
                                    0)),
                    new Stored(part.b().name(), new long[]{part.outputs(), 2 * part.rank()},
                            weights -> Tensors.cat(List.of(weights.apply(part.b()),
                                    rowsLike(start.b(), weights.apply(part.b())).neg()), 1)));
        });
    }

    private static Tensor rowsLike(Parameter parameter, Tensor other) {
        return parameter.value().to(other.dtype()).to(other.device());
    }

    @Override
    public void close() {
        parameters().forEach(Parameter::close);
        initial.ifPresent(factors -> factors.parameters().forEach(Parameter::close));
        magnitudes.ifPresent(Magnitudes::close);
    }
}
