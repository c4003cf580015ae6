package dev.hone.model;

import dev.hone.model.ParameterSource.Normal;
import dev.hone.model.ParameterSource.Part;
import dev.hone.model.ParameterSource.Start;
import dev.hone.model.ParameterSource.Uniform;
import dev.hone.model.PrefixKeys.Layer;
import dev.hone.model.PrefixKeys.Projection;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Randomness;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensors;
import dev.hone.text.HubTokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Makes the virtual tokens that an adapter's description asks for, in float32 or wider. */
final class VirtualBuilder {
    private static final String ROWS = "prompt_encoder.embedding.weight";
    private static final String FIRST = "prompt_encoder.transform.0.";
    private static final String LAYER = "prompt_encoder.layers.%d.";

    private final Decoder decoder;
    private final BiFunction<Part, Start, Parameter> source;
    /** Empty where the tensors are there already. */
    private final OptionalLong seed;

    /** @param source makes a parameter, and knows what was made if something fails */
    VirtualBuilder(Decoder decoder, BiFunction<Part, Start, Parameter> source, OptionalLong seed) {
        this.decoder = decoder;
        this.source = source;
        this.seed = seed;
    }

    /** The decoder of a model, before whose sequences they shall stand. */
    static Decoder decoder(Model model, VirtualSpec spec) {
        if (model.backbone() instanceof Decoder decoder) {
            return decoder;
        }
        throw new ModelException("virtual tokens (" + AdapterConfig.type(spec) + ") for an encoder, model_type "
                + model.backbone().config().modelType() + ": expected a causal decoder, since its first token, at"
                + " which an encoder is read, would no longer be the first. Train a LoRA adapter instead");
    }

    PromptRows prompt(PromptSpec spec) {
        Parameter table = source.apply(new Part(PrefixKeys.STORED, spec.virtualTokens(), decoder.width()),
                new Normal(1));
        if (seed.isPresent()) {
            ids(spec).ifPresent(ids -> table.value()
                    .copyFrom(decoder.embedded(Tensors.indices(ids).to(decoder.device()))));
        }
        return new PromptRows(decoder, table);
    }

    private Optional<int[]> ids(PromptSpec spec) {
        return switch (spec.start()) {
            case PromptSpec.Random() -> Optional.empty();
            case PromptSpec.SampledVocabulary() -> Optional.of(sampled(spec.virtualTokens()));
            case PromptSpec.Text(String text, String tokenizer) -> Optional
                    .of(repeated(text, tokenizer, spec.virtualTokens()));
        };
    }

    private int[] sampled(int count) {
        float[] shares = Randomness.of(seed.orElseThrow(), PrefixKeys.STORED.hashCode())
                .uniform(0, 1, DType.FLOAT32, Device.CPU, count).toFloats();
        return IntStream.range(0, count)
                .map(i -> Math.min((int) (shares[i] * (double) decoder.vocabulary()), decoder.vocabulary() - 1))
                .toArray();
    }

    private int[] repeated(String text, String tokenizer, int count) {
        int[] ids = HubTokenizer.load(Path.of(tokenizer)).encodeWithSpecialTokens(text);
        if (ids.length == 0) {
            throw new ModelException("prompt_tuning_init_text \"" + text + "\" has no tokens: expected a text");
        }
        int known = decoder.vocabulary();
        IntStream.of(ids).filter(id -> id >= known).findFirst().ifPresent(id -> {
            throw new ModelException("token id " + id + " of prompt_tuning_init_text: expected 0 to " + (known - 1)
                    + ", the model's vocabulary. Take the tokenizer that belongs to this model");
        });
        return IntStream.range(0, count).map(i -> ids[i % ids.length]).toArray();
    }

    /** @param there whether the file has a tensor; those of a projection are in checkpoints alone */
    PrefixKeys prefix(PrefixSpec spec, Predicate<String> there) {
        ModelSpec.Attention attention = decoder.spec().attention();
        long width = (long) attention.keyHeads() * attention.headSize();
        int layers = decoder.spec().size().layers();
        if (spec.projection().isPresent() && (seed.isPresent() || there.test(ROWS))) {
            return projected(spec.virtualTokens(), spec.projection().getAsInt(), width, layers);
        }
        List<Layer> own = seed.isEmpty()
                ? parted(spec.virtualTokens(), 2 * width, layers)
                : IntStream.range(0, layers)
                        .mapToObj(layer -> new Layer(make(name(layer, "weight"), new Normal(1), spec.virtualTokens(),
                                2 * width), Optional.empty()))
                        .toList();
        return new PrefixKeys(decoder, Optional.empty(), own);
    }

    private PrefixKeys projected(long tokens, long inner, long width, int layers) {
        Start first = new Uniform(1 / Math.sqrt(width));
        Start second = new Uniform(1 / Math.sqrt(inner));
        Projection projection = new Projection(make(ROWS, new Normal(1), tokens, width),
                make(FIRST + "weight", first, inner, width), make(FIRST + "bias", first, inner));
        List<Layer> own = IntStream.range(0, layers)
                .mapToObj(layer -> new Layer(make(name(layer, "weight"), second, 2 * width, inner),
                        Optional.of(make(name(layer, "bias"), second, 2 * width))))
                .toList();
        return new PrefixKeys(decoder, Optional.of(projection), own);
    }

    private static String name(int layer, String which) { return LAYER.formatted(layer) + which; }

    private Parameter make(String name, Start start, long... shape) {
        return source.apply(new Part(name, shape), start);
    }

    /** The stored keys and values of all layers, each with its own. */
    private List<Layer> parted(long tokens, long columns, int layers) {
        Parameter whole = make(PrefixKeys.STORED, new Normal(1), tokens, columns * layers);
        List<Layer> parted = IntStream.range(0, layers)
                .mapToObj(layer -> new Layer(new Parameter(name(layer, "weight"), Scope.tidy(
                        () -> whole.value().narrow(1, layer * columns, columns).copy())), Optional.empty()))
                .toList();
        whole.close();
        return parted;
    }

    /** Whether a tensor of a file repeats what others of it say: a checkpoint's has the parts beside the result. */
    static boolean repeats(String name) {
        return name.equals(PrefixKeys.STORED) || name.startsWith("prompt_encoder.");
    }
}
