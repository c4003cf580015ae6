package dev.hone.model;

import dev.hone.tensor.Parameter;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * An adapter on a model, owned by whoever made it: LoRA (arXiv 2106.09685) or virtual tokens (arXiv 2104.08691,
 * 2101.00190). It changes what the model computes while it is on;
 * the model's own weights stay as they are and are frozen as long as the adapter is open. A model may have several adapters,
 * of which one is on. A model that is closed closes the one that is on; close others before.
 */
public final class Adapter implements AutoCloseable {
    private final Modules modules;
    private final AdapterSpec spec;
    private final AdapterConfig config;
    private final List<AdapterPart> parts;
    private final List<Parameter> frozen;
    private boolean merged;
    private boolean closed;

    private Adapter(Modules modules, AdapterSpec spec, AdapterConfig config, List<AdapterPart> parts) {
        this.modules = modules;
        this.spec = spec;
        this.config = config;
        this.parts = parts;
        this.frozen = modules.own().stream().filter(Parameter::trainable).toList();
        frozen.forEach(parameter -> parameter.trainable(false));
        on();
    }

    /**
     * A new adapter, switched on. Its tensors depend on the seed and their names only.
     *
     * @param base what the base is called for whoever opens the saved adapter: a folder or a name on the Hub
     * @throws ModelException when a name of the description is none of the model's, and for virtual tokens of an encoder or
     *     from a text without a tokenizer
     */
    public static Adapter fresh(Model model, AdapterSpec spec, String base, long seed) {
        TargetMatcher matcher = TargetMatcher.of(spec, model);
        matcher.requireKnown(Modules.of(model).names());
        List<AdapterPart> parts = new AdapterBuilder(model, spec,
                dtype -> ParameterSource.random(seed, dtype, model.backbone().device()), OptionalLong.of(seed)).build();
        return new Adapter(Modules.of(model), spec, AdapterConfig.of(model, spec, matcher, base), parts);
    }

    /**
     * Opens an adapter that PEFT or Hone saved, on the base that it was trained on, switched on; training may go on from it.
     *
     * @param folder with {@code adapter_config.json} and {@code adapter_model.safetensors}
     * @throws ModelException when a file is missing, the adapter is of a kind that is not supported, or its tensors do not
     *     fit the model
     */
    public static Adapter load(Model model, Path folder) {
        AdapterConfig config = AdapterConfig.read(folder);
        AdapterSpec spec = config.spec();
        Modules modules = Modules.of(model);
        AdapterFolder.requireWeights(folder);
        try (AdapterTensors tensors = new AdapterTensors(folder, model.backbone().device())) {
            List<AdapterPart> parts = new AdapterBuilder(model, spec, tensors, OptionalLong.empty()).build();
            try (Scope scope = Scope.open()) {
                tensors.finish(spec, modules);
            } catch (RuntimeException e) {
                parts.forEach(AdapterPart::close);
                throw e;
            }
            return new Adapter(modules, spec, config, parts);
        }
    }

    /** What it is. */
    public AdapterSpec spec() { return spec; }

    AdapterConfig config() { return config; }

    List<AdapterPart> parts() { return parts; }

    /** What trains, under the names of PEFT's files. */
    public List<Parameter> parameters() {
        return parts.stream().flatMap(AdapterPart::parameters).toList();
    }

    public boolean isOn() { return modules.active().filter(other -> other == this).isPresent(); }

    /** Switches this adapter on, and another one of the model off. Concerns every thread that uses the model. */
    public void on() {
        if (merged) {
            throw new IllegalStateException("this adapter is part of the model's weights since merge()");
        }
        modules.active().ifPresent(Adapter::off);
        parts.forEach(AdapterPart::on);
        modules.active(Optional.of(this));
    }

    /** Switches it off: the model computes as it did before, bit for bit. */
    public void off() {
        if (isOn()) {
            parts.forEach(AdapterPart::off);
            modules.active(Optional.empty());
        }
    }

    <R> R without(Supplier<R> body) {
        off();
        try {
            return body.get();
        } finally {
            on();
        }
    }

    /**
     * Makes the adapter part of the model's own weights, rounded to their type, and switches it off for good.
     *
     * @throws ModelException for virtual tokens, which change no weight, where a weight that changes is quantised
     *     ({@link ModelFolder#saveDequantised} merges into full weights), and where the embedding or the head changes and both are one table in the model; the folder that
     *     {@link ModelFolder#save} writes with the adapter on holds them apart
     */
    public void merge() {
        if (merged) {
            throw new IllegalStateException("this adapter is merged already");
        }
        requireMergeable(spec);
        changes().filter(part -> part.held().quantised().findAny().isPresent()).findFirst().ifPresent(part -> {
            throw new ModelException("the adapter changes " + String.join(", ", part.held().modules())
                    + ", which is quantised: its codes cannot take the change up. Write full weights with the adapter on"
                    + " (ModelFolder.saveDequantised) and open what was written");
        });
        if (untiedHead().isPresent()) {
            throw new ModelException("the adapter changes the embedding or the head, which are one table in this model"
                    + " (tie_word_embeddings), so that it cannot be merged in place: save the model with the adapter on"
                    + " and open what was saved");
        }
        off();
        for (ModulePart part : changes().toList()) {
            try (Scope scope = Scope.open()) {
                part.held().own().value().copyFrom(part.merged(Parameter::value));
            }
        }
        merged = true;
    }

    /** @throws ModelException for virtual tokens, which are no part of any weight */
    static void requireMergeable(AdapterSpec spec) {
        if (spec instanceof VirtualSpec virtual) {
            throw new ModelException("an adapter of virtual tokens (" + AdapterConfig.type(virtual)
                    + ") cannot be merged: its tokens stand before every sequence and change no weight of the model. Use"
                    + " the adapter's folder as it is, wherever a model's folder is asked for");
        }
    }

    /** Its changes of the model's own tensors. */
    private Stream<ModulePart> changes() {
        return parts.stream().filter(ModulePart.class::isInstance).map(ModulePart.class::cast);
    }

    /** The weights of the model's own parameters with this adapter merged, from the values of all parameters. */
    Function<Parameter, Tensor> merged(Function<Parameter, Tensor> weights) {
        requireMergeable(spec);
        Optional<Held> tied = modules.tied().map(Linear::held);
        return parameter -> changes()
                .filter(part -> part.held().parameters().anyMatch(own -> own == parameter)
                        && tied.filter(part.held()::equals).isEmpty())
                .findFirst()
                .map(part -> part.merged(weights)).orElseGet(() -> weights.apply(parameter));
    }

    /** The quantised matrix of a name with this adapter merged, in the checkpoint's order; empty where it changes nothing. */
    Optional<Tensor> merged(QuantisedWeight weight, String name, Function<Parameter, Tensor> weights) {
        return changes().filter(part -> part.held().quantised().anyMatch(own -> own == weight)).findFirst()
                .map(part -> {
                    Tensor whole = part.merged(weights);
                    Parameter.Slice slice = part.held().weight().slices().stream()
                            .filter(each -> each.name().equals(name)).findFirst().orElseThrow();
                    return whole.narrow(0, slice.start(), slice.rows());
                });
    }

    /** The head's own table where the model ties it to the embedding and this adapter changes one of them. */
    Optional<AdapterPart.Stored> untiedHead() {
        return modules.tied().map(Linear::held)
                .filter(head -> changes()
                        .anyMatch(part -> part.held().parameters().anyMatch(own -> own == head.own())))
                .map(head -> new AdapterPart.Stored(head.names().getFirst(), head.own().value().shape(),
                        weights -> changes().filter(part -> part.held() == head).findFirst()
                                .map(part -> part.merged(weights)).orElseGet(() -> weights.apply(head.own()))));
    }

    /** Virtual tokens before every sequence; 0 of LoRA. */
    public int virtualTokens() {
        return spec instanceof VirtualSpec virtual ? virtual.virtualTokens() : 0;
    }

    /** Numbers that one token keeps until backward, at most, beside what the model keeps without an adapter. */
    public long activations() {
        return parts.stream().mapToLong(part -> part instanceof LowRank beside ? beside.activations() : 0).sum();
    }

    /** Switches it off, frees its tensors and lets the model's own weights train again that did before. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        off();
        parts.forEach(AdapterPart::close);
        frozen.forEach(parameter -> parameter.trainable(true));
    }
}
