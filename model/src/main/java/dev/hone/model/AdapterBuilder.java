package dev.hone.model;

import dev.hone.model.ParameterSource.Constant;
import dev.hone.model.ParameterSource.Part;
import dev.hone.tensor.DType;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/** Makes the parts of an adapter for the modules that its description chooses. */
final class AdapterBuilder {
    /** Before the names of modules in an adapter that stands beside them, and in one that stands before the tokens. */
    private static final String BESIDE = "base_model.model.";
    private static final String BEFORE = "base_model.";

    private final Model model;
    private final Modules modules;
    private final AdapterSpec spec;
    private final TargetMatcher matcher;
    private final String prefix;
    private final DType dtype;
    private final Sources source;
    /** Empty where the tensors are there already. */
    private final OptionalLong seed;
    private final List<AdapterPart> parts = new ArrayList<>();
    private final List<Parameter> made = new ArrayList<>();

    /** Where parameters come from. */
    interface Sources {
        /** Of a type. */
        ParameterSource in(DType dtype);

        /** Whether there is a tensor to read; there is none of a fresh adapter. */
        default boolean has(String name) {
            return false;
        }
    }

    AdapterBuilder(Model model, AdapterSpec spec, Sources source, OptionalLong seed) {
        this.model = model;
        this.modules = Modules.of(model);
        this.spec = spec;
        this.prefix = prefix(spec);
        this.matcher = TargetMatcher.of(spec, model);
        this.dtype = model.dtype();
        this.source = source;
        this.seed = seed;
    }

    /** What PEFT writes before the names of modules. */
    static String prefix(AdapterSpec spec) {
        return switch (spec) {
            case LoraSpec lora -> BESIDE;
            case VirtualSpec virtual -> BEFORE;
        };
    }

    /** Closes what was made where something fails. */
    List<AdapterPart> build() {
        try (Scope scope = Scope.open()) {
            switch (spec) {
                case LoraSpec lora -> {
                    modules.embeddings().forEach(embedding -> addRows(lora, embedding));
                    modules.linears().forEach(linear -> addLowRank(lora, linear));
                }
                case VirtualSpec virtual -> parts.add(virtual(virtual));
            }
            modules.helds().forEach(this::addCopy);
            return List.copyOf(parts);
        } catch (RuntimeException e) {
            parts.forEach(AdapterPart::close);
            made.forEach(Parameter::close);
            throw e;
        }
    }

    private VirtualTokens virtual(VirtualSpec wanted) {
        DType wide = ScalarHead.wide(dtype);
        VirtualBuilder builder = new VirtualBuilder(VirtualBuilder.decoder(model, wanted),
                (part, start) -> make(wide, List.of(part), start), seed);
        return switch (wanted) {
            case PromptSpec prompt -> builder.prompt(prompt);
            case PrefixSpec keys -> builder.prefix(keys, source::has);
        };
    }

    private void addRows(LoraSpec spec, Embedding embedding) {
        String module = embedding.held().modules().getFirst();
        if (!matcher.targets(module)) {
            return;
        }
        if (spec.dora() || spec.start() instanceof LoraSpec.Pissa) {
            throw new ModelException(
                    (spec.dora() ? "use_dora" : "pissa") + " for the embedding " + module + ": expected"
                            + " projections only. Leave the embedding out of target_modules, or train it whole"
                            + " (modules_to_save)");
        }
        int rank = spec.ranks().rank(module);
        Tensor table = embedding.held().own().value();
        String name = prefix + module;
        parts.add(new LowRankRows(embedding,
                make(new Part(name + ".lora_embedding_A", rank, table.size(0)), new Constant(0)),
                make(new Part(name + ".lora_embedding_B", table.size(1), rank), new ParameterSource.Normal(1)),
                spec.ranks().scale(module)));
    }

    private void addLowRank(LoraSpec spec, Linear linear) {
        List<String> names = linear.held().modules();
        List<Integer> chosen = IntStream.range(0, names.size()).filter(i -> matcher.targets(names.get(i))).boxed()
                .toList();
        if (chosen.isEmpty()) {
            return;
        }
        Parameter a = make(dtype,
                chosen.stream().map(names::get).map(module -> new Part(prefix + module + ".lora_A.weight",
                        spec.ranks().rank(module), linear.inputs())).toList(),
                start(spec, linear));
        List<Factors.Part> each = new ArrayList<>();
        for (int i = 0; i < chosen.size(); i++) {
            each.add(part(spec, linear, chosen.get(i), a.slices().get(i)));
        }
        Factors factors = new Factors(a, each);
        if (seed.isPresent() && spec.start() instanceof LoraSpec.Gaussian) {
            a.slices().forEach(slice -> a.view(slice).mulInPlace(1.0 / slice.rows()));
        }
        Optional<Factors> initial = spec.start() instanceof LoraSpec.Pissa pissa
                ? Optional.of(initial(linear, factors, pissa))
                : Optional.empty();
        Optional<Magnitudes> magnitudes = spec.dora() ? Optional.of(magnitudes(linear, each)) : Optional.empty();
        parts.add(new LowRank(linear, factors, initial, magnitudes, spec.dropout()));
    }

    /** PiSSA's start; of an adapter that was stored without it, as PEFT computes it again when it loads one. */
    private Factors initial(Linear linear, Factors factors, LoraSpec.Pissa pissa) {
        if (seed.isPresent()) {
            return Pissa.start(linear, factors, pissa.iterations(), seed.getAsLong());
        }
        if (linear.quantised().findAny().isPresent()) {
            throw new ModelException(
                    "init_lora_weights is pissa in a saved adapter without its start, which is then computed"
                            + " from the base's own weights, and this base is quantised: open it without quantisation, or save"
                            + " the adapter with PEFT's path_initial_model_for_weight_conversion, which stores the start");
        }
        if (pissa.iterations().isPresent()) {
            throw new ModelException("init_lora_weights is pissa_niter_" + pissa.iterations().getAsInt() + " in a saved"
                    + " adapter: its start was drawn at random and is not in the file. Save the adapter with PEFT's"
                    + " path_initial_model_for_weight_conversion, which stores it for the original base");
        }
        Factors scratch = factors.copy();
        try {
            return Pissa.start(linear, scratch, pissa.iterations(), 0);
        } finally {
            scratch.parameters().forEach(Parameter::close);
        }
    }

    private static ParameterSource.Start start(LoraSpec spec, Linear linear) {
        return switch (spec.start()) {
            case LoraSpec.KaimingUniform() -> new ParameterSource.Uniform(1 / Math.sqrt(linear.inputs()));
            case LoraSpec.Gaussian() -> new ParameterSource.Normal(1);
            case LoraSpec.Pissa pissa -> new Constant(0);
        };
    }

    private Factors.Part part(LoraSpec spec, Linear linear, int which, Parameter.Slice rowsOfA) {
        Held held = linear.held();
        boolean only = held.names().size() == 1;
        Parameter.Slice columns = held.weight().slices().get(which);
        String module = held.modules().get(which);
        long outputs = only ? linear.outputs() : columns.rows();
        return new Factors.Part(module, only ? 0 : columns.start(), outputs, rowsOfA.start(), rowsOfA.rows(),
                spec.ranks().scale(module),
                make(new Part(prefix + module + ".lora_B.weight", outputs, rowsOfA.rows()), new Constant(0)));
    }

    private Magnitudes magnitudes(Linear linear, List<Factors.Part> each) {
        Tensor squares = Magnitudes.squares(linear, dtype);
        List<Parameter> lengths = each.stream().map(part -> {
            Parameter length = make(squares.dtype(),
                    List.of(new Part(prefix + part.module() + ".lora_magnitude_vector", part.outputs())),
                    new Constant(0));
            if (seed.isPresent()) {
                length.value().copyFrom(squares.narrow(0, part.start(), part.outputs()).sqrt());
            }
            return length;
        }).toList();
        return new Magnitudes(lengths, squares);
    }

    private Parameter make(Part part, ParameterSource.Start start) { return make(dtype, List.of(part), start); }

    private Parameter make(DType type, List<Part> wanted, ParameterSource.Start start) {
        Parameter parameter = source.in(type).make(wanted, start);
        made.add(parameter);
        return parameter;
    }

    private void addCopy(Held held) {
        List<String> names = held.modules();
        long saved = names.stream().filter(matcher::saves).count();
        if (saved == 0) {
            return;
        }
        if (saved < names.size()) {
            throw new ModelException("modules_to_save names some of " + String.join(", ", names) + ", which this model"
                    + " computes as one product: name all of them, or give them adapters (target_modules)");
        }
        Weight own = held.weight();
        List<Part> wanted = IntStream.range(0, names.size()).mapToObj(i -> {
            long[] shape = own.shape();
            shape[0] = own.slices().get(i).rows();
            return new Part(prefix + held.names().get(i), shape);
        }).toList();
        Parameter copy = seed.isPresent()
                ? ParameterSource.assemble(wanted, Scope.tidy(() -> own.whole(Parameter::value, dtype).copy()))
                : make(dtype, wanted, new Constant(0));
        parts.add(new ModuleCopy(held, copy));
    }
}
