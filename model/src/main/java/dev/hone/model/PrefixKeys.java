package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Prefix tuning (arXiv 2101.00190): learned keys and values before those of every sequence, in each layer. Keys are not turned
 * by rotary positions. They are parameters themselves, or what two layers make of learned rows (the reparametrisation of
 * section 4.3): W₂ tanh(W₁ e + b₁) + b₂, of which W₂ and b₂ stand with the layer whose keys and values they make.
 */
final class PrefixKeys implements VirtualTokens {
    static final String STORED = "prompt_embeddings";

    private final Decoder decoder;
    private final Optional<Projection> projection;
    private final List<Layer> layers;

    /**
     * Of one layer: the keys and values themselves, or what makes them.
     *
     * @param weight [n, 2·Hkv·K], or W₂ [2·Hkv·K, E]
     * @param bias b₂ [2·Hkv·K], of a projection
     */
    record Layer(Parameter weight, Optional<Parameter> bias) {
        Stream<Parameter> parameters() { return Stream.concat(Stream.of(weight), bias.stream()); }
    }

    /**
     * What all layers have in common.
     *
     * @param rows e, [n, Hkv·K]
     * @param weight W₁, [E, Hkv·K]
     * @param bias b₁, [E]
     */
    record Projection(Parameter rows, Parameter weight, Parameter bias) {
        Stream<Parameter> parameters() { return Stream.of(rows, weight, bias); }

        /** tanh(W₁ e + b₁), [n, E]. */
        Tensor inner(Function<Parameter, Tensor> values) {
            return values.apply(bias).addMatmul(values.apply(rows), values.apply(weight).t()).tanh();
        }
    }

    PrefixKeys(Decoder decoder, Optional<Projection> projection, List<Layer> layers) {
        this.decoder = decoder;
        this.projection = projection;
        this.layers = List.copyOf(layers);
    }

    @Override
    public int count() {
        return (int) projection.map(Projection::rows).orElse(layers.getFirst().weight()).value().size(0);
    }

    /** What a layer computes with, beside what all layers share. */
    Stream<Parameter> layer(int index) {
        return layers.get(index).parameters();
    }

    /** Begins a forward pass. */
    Pass pass(Tape tape) {
        return new Pass(this, tape, projection.map(shared -> inner(tape, shared)));
    }

    private static Tensor inner(Tape tape, Projection shared) {
        Tensor inner = shared.inner(Parameter::value);
        if (!shared.weight().trainable()) {
            return inner;
        }
        return tape.record(inner, gradient -> {
            Tensor byProduct = gradient.mul(inner.mul(inner).neg().add(1));
            shared.weight().accumulate(byProduct.t().matmul(shared.rows().value()));
            shared.bias().accumulate(byProduct.sum(0, false));
            shared.rows().accumulate(byProduct.matmul(shared.weight().value()));
        });
    }

    /**
     * One forward pass and its backward.
     *
     * @param tape of the whole pass, whichever tape a layer runs on
     * @param inner of a projection
     */
    record Pass(PrefixKeys prefix, Tape tape, Optional<Tensor> inner) {

        /** The keys and values of a layer, in the type that the decoder computes in. */
        KeysValues keys(int layer) {
            Tensor both = prefix.both(layer, inner, Parameter::value).to(prefix.decoder.dtype());
            long width = both.size(1) / 2;
            return new KeysValues(byHead(both.narrow(1, 0, width)), byHead(both.narrow(1, width, width)));
        }

        /** [n, Hkv·K] as [Hkv, n, K]. */
        private Tensor byHead(Tensor rows) {
            ModelSpec.Attention spec = prefix.decoder.spec().attention();
            return rows.reshape(rows.size(0), spec.keyHeads(), spec.headSize()).transpose(0, 1).contiguous();
        }

        /** Takes in what every sequence owes to the keys and values of a layer. */
        void give(int layer, List<KeysValues> owed) {
            Layer own = prefix.layers.get(layer);
            if (!own.weight().trainable() || owed.isEmpty()) {
                return;
            }
            DType wide = own.weight().value().dtype();
            Tensor gradient = Tensors.cat(List.of(byRow(owed.stream().map(KeysValues::keys).toList(), wide),
                    byRow(owed.stream().map(KeysValues::values).toList(), wide)), 1); // [n, 2·Hkv·K]
            inner.ifPresentOrElse(rows -> {
                own.weight().accumulate(gradient.t().matmul(rows));
                own.bias().ifPresent(bias -> bias.accumulate(gradient.sum(0, false)));
                tape.give(rows, gradient.matmul(own.weight().value()));
            }, () -> own.weight().accumulate(gradient));
        }

        private static Tensor byRow(List<Tensor> byHead, DType wide) {
            Tensor sum = byHead.getFirst().to(wide).copy();
            byHead.stream().skip(1).forEach(sum::addInPlace);
            return sum.transpose(0, 1).reshape(sum.size(1), sum.size(0) * sum.size(2));
        }
    }

    /** [n, 2·Hkv·K] */
    private Tensor both(int layer, Optional<Tensor> inner, Function<Parameter, Tensor> values) {
        Layer own = layers.get(layer);
        Tensor weight = values.apply(own.weight());
        return inner.map(rows -> values.apply(own.bias().orElseThrow()).addMatmul(rows, weight.t())).orElse(weight);
    }

    /** The keys and values of all layers side by side, whatever makes them: [n, layers·2·Hkv·K]. */
    @Override
    public Stream<Stored> stored() {
        long columns = layers.size() * 2L * decoder.spec().attention().keyHeads()
                * decoder.spec().attention().headSize();
        return Stream.of(new Stored(STORED, new long[]{count(), columns}, values -> {
            Optional<Tensor> inner = projection.map(shared -> shared.inner(values));
            return Tensors.cat(IntStream.range(0, layers.size()).mapToObj(layer -> both(layer, inner, values)).toList(),
                    1);
        }));
    }

    /** What is needed to go on bit for bit. */
    @Override
    public Stream<Stored> kept() { return Stream.concat(stored(), AdapterPart.each(parameters())); }

    @Override
    public void on() { decoder.virtual(Optional.of(this)); }

    @Override
    public void off() { decoder.virtual(Optional.empty()); }

    @Override
    public Stream<Parameter> parameters() {
        return Stream.concat(projection.stream().flatMap(Projection::parameters),
                layers.stream().flatMap(Layer::parameters));
    }

    @Override
    public void close() { parameters().forEach(Parameter::close); }
}
