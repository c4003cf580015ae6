package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Ops;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.text.Vocabulary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/** A decoder-only language model: embedding, layers, final norm, head. What it computes is its {@link ModelSpec}. */
public final class Decoder implements Backbone, Model {
    private final HubConfig config;
    private final ModelSpec spec;
    private final DType dtype;
    private final Device device;
    private final Embedding embedding;
    private final Optional<Embedding> positions;
    private final List<DecoderLayer> layers = new ArrayList<>();
    private final NormLayer finalNorm;
    private final Optional<TokenHead> head;
    private final Optional<RopeTable> rope;
    private final Modules modules;
    private Optional<PromptRows> prompt = Optional.empty();
    private Optional<PrefixKeys> prefix = Optional.empty();
    private Set<Parameter> borrowed = Set.of();

    private Decoder(HubConfig config, ParameterSource source, DType dtype, Device device, boolean withHead) {
        Families.Family family = Families.of(config);
        this.config = config;
        this.spec = family.spec().apply(config);
        this.dtype = dtype;
        this.device = device;
        DecoderParts parts = new DecoderParts(spec, family.names(), source);
        this.embedding = new Embedding(parts.embedding());
        this.positions = parts.positions().map(Embedding::new);
        for (int layer = 0; layer < spec.size().layers(); layer++) {
            layers.add(parts.layer(layer));
        }
        this.finalNorm = parts.finalNorm();
        this.head = withHead
                ? Optional.of(new TokenHead(headTable(parts)))
                : Optional.empty();
        this.rope = spec.attention().rope().map(r -> new RopeTable(r, dtype, device));
        this.modules = new Modules(body(), head.stream().map(TokenHead::projection).toList(), ownParameters());
    }

    private Held headTable(DecoderParts parts) {
        return spec.embedding().tiedHead()
                ? new Held(embedding.held().own(), List.of(TensorNames.HEAD))
                : new Held(parts.head());
    }

    Modules.Body body() {
        return new Modules.Body(layers.stream().flatMap(DecoderLayer::linears).toList(),
                Stream.concat(Stream.of(embedding), positions.stream()).toList(),
                Stream.concat(layers.stream().flatMap(DecoderLayer::norms), Stream.of(finalNorm)).toList());
    }

    Modules modules() { return modules; }

    private static Decoder whole(HubConfig config, ParameterSource source, DType dtype, Device device) {
        Decoder decoder = new Decoder(config, source, dtype, device, true);
        source.finish();
        return decoder;
    }

    /** A decoder without its language-model head, for another head to read; the caller finishes the source. */
    static Decoder body(HubConfig config, ParameterSource source, DType dtype, Device device) {
        return new Decoder(config, source, dtype, device, false);
    }

    /**
     * Opens a model folder in Hugging Face format, or the folder of an adapter with its base ({@link AdapterFolder}), which
     * is then on and closed with the model.
     *
     * @param dtype the type to compute in, whatever the files hold
     * @throws ModelException when files are missing or config and tensors disagree
     */
    public static Decoder load(Path folder, DType dtype, Device device) {
        return load(folder, dtype, device, Quantisation.NONE);
    }

    /**
     * As {@link #load(Path, DType, Device)} with the matrices of the layers quantised, one by one and straight from the
     * mapped file. They are frozen: adapters, norms and embeddings may train beside them.
     *
     * @throws ModelException also for a matrix that holds NaN or an infinite number
     */
    public static Decoder load(Path folder, DType dtype, Device device, Quantisation quantisation) {
        if (AdapterFolder.isAdapter(folder)) {
            return AdapterFolder.beside(load(AdapterFolder.baseFolder(folder), dtype, device, quantisation), folder);
        }
        HubConfig config = HubConfig.read(folder);
        try (CheckpointSource source = CheckpointSource.open(folder, Families.of(config).names().stored(), dtype,
                device)) {
            return whole(config, source.quantising(quantisation), dtype, device);
        }
    }

    /**
     * The model of a folder from which another one was opened, as it is there. What is frozen in the other is not read again: its
     * memory is shared and stays the other's, which has to outlive this one and must not thaw it.
     *
     * @param other dense and without an adapter
     * @throws ModelException as {@link #load(Path, DType, Device)}
     */
    public static Decoder sharing(Path folder, Decoder other) {
        HubConfig config = HubConfig.read(folder);
        try (CheckpointSource source = CheckpointSource.open(folder, Families.of(config).names().stored(), other.dtype,
                other.device)) {
            SharedWhereFrozen shared = new SharedWhereFrozen(source, other);
            Decoder decoder = whole(config, shared, other.dtype, other.device);
            decoder.borrowed = shared.shared();
            return decoder;
        }
    }

    /** The parameters that are another model's ({@link #sharing}). */
    public Set<Parameter> borrowed() {
        return borrowed;
    }

    /** A model with fresh weights. */
    public static Decoder random(HubConfig config, long seed, DType dtype, Device device) {
        return whole(config, ParameterSource.random(seed, dtype, device), dtype, device);
    }

    public ModelSpec spec() { return spec; }

    @Override
    public HubConfig config() { return config; }

    @Override
    public DType dtype() { return dtype; }

    @Override
    public Device device() { return device; }

    /** The language-model head, which the decoder of a reward model lacks. */
    public TokenHead head() {
        return head.orElseThrow(() -> new IllegalStateException("this decoder was opened for a score head and has no"
                + " language-model head: open a causal model's folder with Decoder.load"));
    }

    @Override
    public int vocabulary() { return spec.size().vocabulary(); }

    @Override
    public int width() { return spec.size().hidden(); }

    @Override
    public boolean sharesPrefixes(boolean training) {
        boolean lengthMatters = spec.attention().rope().filter(RopeSpec::dependsOnLength).isPresent();
        boolean drops = !spec.dropout().equals(ModelSpec.Dropout.NONE)
                || Modules.drops(layers.stream().flatMap(DecoderLayer::linears));
        return !lengthMatters && !(training && drops);
    }

    /**
     * Makes sure that the embedding has a row for every token of a tokenizer. More rows than tokens are usual and fine.
     *
     * @throws ModelException otherwise
     */
    public void requireFits(Vocabulary tokens) { requireFits(tokens, vocabulary()); }

    /** As {@link #requireFits(Vocabulary)}, from the configuration alone. */
    public static void requireFits(Vocabulary tokens, HubConfig config) {
        requireFits(tokens, config.count("vocab_size"));
    }

    private static void requireFits(Vocabulary tokens, int rows) {
        if (tokens.size() > rows) {
            throw new ModelException("the tokenizer has " + tokens.size() + " tokens, the model's embedding " + rows
                    + " rows (vocab_size in config.json): expected at least a row for each token. Take the tokenizer that"
                    + " belongs to this model, or enlarge the embedding where the model was made"
                    + " (model.resize_token_embeddings(" + tokens.size() + ")) and save it again");
        }
    }

    /** How a training pass shall run. */
    public interface Embedded {
        /** Changes the embedded tokens [T, D], for example by noise. */
        Tensor change(Tape tape, Tensor embedded, Rows rows);
    }

    /** Hidden states after the final norm, [T, D]: row i is what predicts token i+1 of its sequence. */
    public Tensor hidden(Tape tape, Rows rows) {
        return hidden(tape, rows, HiddenOptions.PLAIN);
    }

    /** As {@link #hidden(Tape, Rows)} with noise on the embedding or without keeping layers' inner results. */
    @Override
    public Tensor hidden(Tape tape, Rows rows, HiddenOptions options) {
        LayerInput entry = enter(tape, rows, options.embedded());
        Attending attending = attending(tape, entry.rows(), spec.dropout().attention(), Optional.empty());
        Tensor x = entry.x();
        for (DecoderLayer layer : layers) {
            x = layer(tape, layer, x, attending, options);
        }
        options.before(tape, Stream.concat(finalNorm.parameters(), untiedHead()));
        return finalNorm.apply(tape, entry.given(tape, x));
    }

    LayerInput enter(Tape tape, Rows rows, Embedded embedded) {
        requireFits(virtualTokens() + rows.longest());
        if (prompt.isPresent()) {
            VirtualRows wide = VirtualRows.of(rows, virtualTokens(), vocabulary());
            Tensor tokens = embedded.change(tape, embedding.rows(tape, rows.ids()), rows);
            Tensor all = prompt.get().before(tape, tokens, wide);
            return new LayerInput(wide.rows(), placed(tape, all, wide.rows().positions()), Optional.of(wide));
        }
        Rows moved = rows.after(virtualTokens());
        return new LayerInput(moved, embedded.change(tape, embed(tape, moved.ids(), moved.positions()), moved),
                Optional.empty());
    }

    Attending attending(Tape tape, Rows rows, double dropout, Optional<PackedAttention.Slots> slots) {
        return new PackedAttention(spec.attention(), dropout, rows, rope.map(table -> table.of(rows)), slots,
                prefix.map(keys -> keys.pass(tape)));
    }

    /** Puts learned tokens before every sequence, or none. */
    void virtual(Optional<VirtualTokens> tokens) {
        prompt = tokens.filter(PromptRows.class::isInstance).map(PromptRows.class::cast);
        prefix = tokens.filter(PrefixKeys.class::isInstance).map(PrefixKeys.class::cast);
    }

    /** Learned tokens of an adapter that stand before every sequence; 0 without. */
    public int virtualTokens() {
        return prompt.map(PromptRows::count).or(() -> prefix.map(PrefixKeys::count)).orElse(0);
    }

    /** Tokens that a sequence may have. */
    public int longest() { return spec.size().positions() - virtualTokens(); }

    /** The embedding's own rows by id, [T, D]. */
    Tensor embedded(Tensor ids) {
        return embedding.rows(Tape.inference(), ids);
    }

    private Stream<Parameter> current(DecoderLayer layer) {
        return Stream.concat(layer.current(), prefix.stream().flatMap(keys -> keys.layer(layer.index())));
    }

    private Tensor layer(Tape tape, DecoderLayer layer, Tensor x, Attending attending, HiddenOptions options) {
        return options.layer(tape, layer.index(), () -> current(layer), x,
                (inner, input) -> layer.forward(inner, input, attending, options.recomputedInner()));
    }

    /** Every layer's input and the final norm's output, for comparisons with other implementations. */
    public List<Tensor> hiddenStates(Rows rows) {
        Tape tape = Tape.inference();
        LayerInput entry = enter(tape, rows, HiddenOptions.PLAIN.embedded());
        List<Tensor> states = new ArrayList<>(List.of(entry.x()));
        Attending attending = attending(tape, entry.rows(), 0, Optional.empty());
        for (DecoderLayer layer : layers) {
            states.add(layer.forward(tape, states.getLast(), attending, false));
        }
        states.set(states.size() - 1, finalNorm.apply(tape, states.getLast()));
        return states.stream().map(state -> entry.given(tape, state)).toList();
    }

    /** An empty cache for {@code slots} sequences of up to {@code capacity} tokens. */
    public KvCache cache(int slots, int capacity) {
        requireFits(virtualTokens() + capacity);
        return new KvCache(spec, new KvCache.Room(slots, capacity, virtualTokens()), dtype, device,
                KvCache.tiles(spec, dtype, device));
    }

    /** The bytes that one slot of a {@link #cache} takes when it is full. */
    public long cacheBytes(int capacity) {
        return KvCache.slotBytes(spec, virtualTokens() + capacity, dtype);
    }

    /**
     * Reads prompts into new slots of a cache, behind those that are live.
     *
     * @return the hidden state of each prompt's last token, [N, D]
     */
    public Tensor prefill(Rows prompts, KvCache cache) { return new CacheReader(this).prefill(prompts, cache); }

    /**
     * As {@link #prefill(Rows, KvCache)}; on the CPU each thread reads some of the prompts, where there are enough.
     *
     * @throws ModelException for a token that the vocabulary lacks
     */
    public Tensor prefill(List<int[]> prompts, KvCache cache) {
        return new CacheReader(this).prefill(prompts, cache);
    }

    /**
     * Reads one more token of every live slot.
     *
     * @param tokens one token per live slot
     * @return their hidden states, [live, D]
     */
    public Tensor decode(int[] tokens, KvCache cache) {
        return new CacheReader(this).decode(tokens, cache, width(), hidden -> hidden);
    }

    /** As {@link #decode}, through the head: the scores of what follows each, [live, V]. */
    public Tensor decodeLogits(int[] tokens, KvCache cache) {
        return new CacheReader(this).decode(tokens, cache, vocabulary(), head()::logits);
    }

    /** All products, the head's included. */
    Stream<Linear> linears() {
        return Stream.concat(layers.stream().flatMap(DecoderLayer::linears), head.stream().map(TokenHead::projection));
    }

    Optional<RopeTable> rope() { return rope; }

    /** Rows through all layers, on no tape; the norm is still to come. */
    Tensor layers(Tensor entered, Attending attending) {
        Tape tape = Tape.inference();
        Tensor x = entered;
        for (DecoderLayer layer : layers) {
            x = layer(tape, layer, x, attending, HiddenOptions.PLAIN);
        }
        return x;
    }

    Tensor normed(Tensor x) { return finalNorm.apply(Tape.inference(), x); }

    void requireSame(KvCache cache) {
        if (cache.before() != virtualTokens()) {
            throw new IllegalStateException(
                    "a cache for " + cache.before() + " virtual tokens, and the adapter that is on"
                            + " has " + virtualTokens() + ": make the cache while the adapter that reads it is on");
        }
    }

    Tensor embed(Tape tape, Tensor ids, Tensor at) { return placed(tape, embedding.rows(tape, ids), at); }

    private Tensor placed(Tape tape, Tensor tokens, Tensor at) {
        Tensor placed = positions.map(table -> tape.add(tokens, table.rows(tape, at))).orElse(tokens);
        return Ops.dropout(tape, placed, spec.dropout().embedding());
    }

    private void requireFits(int length) {
        if (spec.embedding().learnedPositions() && length > spec.size().positions()) {
            String virtual = virtualTokens() == 0 ? "" : " (" + virtualTokens() + " virtual ones included)";
            throw new ModelException("a sequence of " + length + " tokens" + virtual + ", expected at most "
                    + spec.size().positions() + ", the model's learned positions: shorten max_length");
        }
    }

    /** Every parameter once, in the order of the forward pass, and those of the adapter that is on. */
    @Override
    public List<Parameter> parameters() { return modules.all(); }

    @Override
    public Optional<Adapter> adapter() { return modules.active(); }

    private List<Parameter> ownParameters() {
        Stream<Parameter> own = Stream.of(Stream.concat(Stream.of(embedding), positions.stream())
                .map(table -> table.held().own()),
                layers.stream().flatMap(DecoderLayer::parameters), finalNorm.parameters()).flatMap(stream -> stream);
        return Stream.concat(own, untiedHead()).toList();
    }

    private Stream<Parameter> untiedHead() {
        return spec.embedding().tiedHead() ? Stream.empty() : head.stream().map(TokenHead::weight);
    }

    @Override
    public List<List<Parameter>> layers() { return layers.stream().map(layer -> current(layer).toList()).toList(); }

    @Override
    public List<QuantisedWeight> quantised() { return layers.stream().flatMap(DecoderLayer::quantised).toList(); }

    @Override
    public Backbone backbone() { return this; }

    @Override
    public Load load() { return Load.of(spec); }

    @Override
    public ObjectNode savedConfig() { return config.json(); }

    @Override
    public void close() {
        modules.active().ifPresent(Adapter::close);
        modules.own().stream().filter(parameter -> !borrowed.contains(parameter)).forEach(Parameter::close);
        quantised().forEach(QuantisedWeight::close);
        rope.ifPresent(RopeTable::close);
    }
}
