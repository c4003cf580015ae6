package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Ops;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A bidirectional encoder (BERT, arXiv 1810.04805, and its kin): embedding of tokens, positions and token types, and layers
 * that normalise after each residual. What it computes is its {@link EncoderSpec}.
 */
public final class Encoder implements Backbone {
    private final HubConfig config;
    private final EncoderSpec spec;
    private final DType dtype;
    private final Device device;
    private final Embedding words;
    private final Embedding positions;
    private final Optional<Embedding> types;
    private final NormLayer norm;
    private final List<EncoderLayer> layers;

    /** Asks the source for every parameter; the caller finishes it. */
    Encoder(HubConfig config, EncoderFamilies.Family family, ParameterSource source, DType dtype, Device device) {
        this.config = config;
        this.spec = family.spec().apply(config);
        this.dtype = dtype;
        this.device = device;
        EncoderNames names = family.names();
        this.words = table(source, names.words(), spec.size().vocabulary());
        this.positions = table(source, names.positions(), spec.size().positions());
        this.types = names.types().map(name -> table(source, name, spec.tokenTypes()));
        this.norm = NormLayer.make(source, names.norm(), spec.size().hidden(),
                new ModelSpec.Norm(false, spec.epsilon()));
        this.layers = IntStream.range(0, spec.size().layers())
                .mapToObj(layer -> EncoderLayer.make(layer, spec, names.layer(), source)).toList();
    }

    private Embedding table(ParameterSource source, String name, long rows) {
        return new Embedding(source.make(List.of(new ParameterSource.Part(name, rows, spec.size().hidden())),
                new ParameterSource.Normal(spec.initialDeviation())));
    }

    Modules.Body body() {
        return new Modules.Body(layers.stream().flatMap(EncoderLayer::linears).toList(),
                Stream.concat(Stream.of(words, positions), types.stream()).toList(),
                Stream.concat(Stream.of(norm), layers.stream().flatMap(EncoderLayer::norms)).toList());
    }

    public EncoderSpec spec() { return spec; }

    @Override
    public HubConfig config() { return config; }

    @Override
    public DType dtype() { return dtype; }

    @Override
    public Device device() { return device; }

    @Override
    public int vocabulary() { return spec.size().vocabulary(); }

    @Override
    public Load load() { return Load.of(spec); }

    @Override
    public int width() { return spec.size().hidden(); }

    /** Never: a token also looks at what comes after it. */
    @Override
    public boolean sharesPrefixes(boolean training) { return false; }

    /** As {@link #hidden(Tape, Rows, HiddenOptions, int[])} with every token of type 0. */
    @Override
    public Tensor hidden(Tape tape, Rows rows, HiddenOptions options) {
        return hidden(tape, rows, options, new int[rows.tokens()]);
    }

    /**
     * Hidden states of the last layer, [T, D].
     *
     * @param tokenTypes [T] the type of each token: 0, or 1 in the second of two texts
     * @throws ModelException for a sequence longer than the table of positions or a type that the model lacks
     */
    public Tensor hidden(Tape tape, Rows rows, HiddenOptions options, int[] tokenTypes) {
        rows.requireSeparate("an encoder's tokens look at what comes after them too");
        requireFits(rows);
        requireKnown(tokenTypes, rows.tokens());
        Tensor embedded = options.embedded().change(tape, embed(tape, rows, tokenTypes), rows);
        Tensor x = Ops.dropout(tape, norm.apply(tape, embedded), spec.dropout().embedding());
        Attending attending = new FullAttention(spec.heads(), spec.dropout().attention(), rows.starts(), device);
        for (EncoderLayer layer : layers) {
            x = options.layer(tape, layer.index(), layer::current, x,
                    (inner, input) -> layer.forward(inner, input, attending, options.recomputedInner()));
        }
        return x;
    }

    private Tensor embed(Tape tape, Rows rows, int[] tokenTypes) {
        Tensor at = rows.positions().add(Tensors.of(new long[]{spec.firstPosition()}).to(device));
        Tensor placed = tape.add(words.rows(tape, rows.ids()), positions.rows(tape, at));
        return types.map(table -> tape.add(placed,
                table.rows(tape, Tensors.indices(tokenTypes).to(device)))).orElse(placed);
    }

    private void requireFits(Rows rows) {
        if (rows.longest() > spec.longest()) {
            throw new ModelException("a sequence of " + rows.longest() + " tokens, expected at most " + spec.longest()
                    + ", the model's learned positions: shorten max_length");
        }
    }

    private void requireKnown(int[] tokenTypes, int tokens) {
        if (tokenTypes.length != tokens) {
            throw new IllegalArgumentException(
                    tokenTypes.length + " token types for " + tokens + " tokens: expected one each");
        }
        int most = Math.max(1, spec.tokenTypes());
        for (int type : tokenTypes) {
            if (type < 0 || type >= most) {
                throw new ModelException("token type " + type + ": expected 0 to " + (most - 1)
                        + ", the model's type_vocab_size");
            }
        }
    }

    @Override
    public List<Parameter> parameters() {
        return Stream.of(body().embeddings().stream().map(table -> table.held().own()), norm.parameters(),
                layers.stream().flatMap(EncoderLayer::parameters)).flatMap(stream -> stream).toList();
    }

    @Override
    public List<List<Parameter>> layers() { return layers.stream().map(layer -> layer.current().toList()).toList(); }

    @Override
    public List<QuantisedWeight> quantised() { return layers.stream().flatMap(EncoderLayer::quantised).toList(); }

    @Override
    public void close() {
        parameters().forEach(Parameter::close);
        quantised().forEach(QuantisedWeight::close);
    }
}
