package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.SafetensorsEntry;
import dev.hone.tensor.Scope;
import dev.hone.tensor.ShardedWriter;
import dev.hone.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Writes a model as Hugging Face's {@code save_pretrained} does: config, generation defaults, weights in safetensors. */
public final class ModelFolder {
    private static final JsonMapper JSON = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final List<String> COMPANIONS = List.of("tokenizer.json", "tokenizer_config.json",
            "special_tokens_map.json", "chat_template.jinja", "generation_config.json", "added_tokens.json",
            "vocab.json",
            "merges.txt", "tokenizer.model");

    private ModelFolder() {}

    /** Names of the files beside the weights that belong to the tokenizer and travel with a model, where it has them. */
    public static List<String> companions() {
        return COMPANIONS;
    }

    /** How a model is written. */
    public record Format(DType dtype, long shardBytes) {
        public static Format of(DType dtype) { return new Format(dtype, ShardedWriter.DEFAULT_SHARD_BYTES); }
    }

    /** Writes the model's current weights. */
    public static void save(Model model, Path folder, Format format) {
        save(model, folder, format, Parameter::value);
    }

    /**
     * Writes a model with the values that {@code weights} gives for each parameter (the float32 masters of a training run,
     * say). A reward model becomes Hugging Face's {@code …ForSequenceClassification}. An adapter that is on is merged into
     * what is written (a table that head and embedding share is written twice where it changes one of them); switch it off
     * to write the model without it, and see {@link AdapterFolder} for the adapter alone.
     *
     * @throws ModelException for a model whose layers are quantised, see {@link #saveDequantised}
     */
    public static void save(Model model, Path folder, Format format, Function<Parameter, Tensor> weights) {
        if (!model.quantised().isEmpty()) {
            throw new ModelException("the model's layers are quantised, so it has no full weights to save in " + folder
                    + ": save what was trained beside them (the adapter), or write the dequantised values, with the"
                    + " adapter that is on merged, which are not those that it was opened with, on purpose"
                    + " (saveDequantised)");
        }
        write(model, folder, format, weights);
    }

    /** As {@link #saveDequantised(Model, Path, Format, Function)} with the model's current weights. */
    public static void saveDequantised(Model model, Path folder, Format format) {
        saveDequantised(model, folder, format, Parameter::value);
    }

    /**
     * Writes a model whose layers may be quantised as a dense one, with the values that it computes with: those that an
     * adapter was trained beside, which is merged where it is on. They differ from those of the folder it was opened from by
     * the error of quantising. What runs as one product is dequantised at a time.
     */
    public static void saveDequantised(Model model, Path folder, Format format, Function<Parameter, Tensor> weights) {
        write(model, folder, format, weights);
    }

    private static void write(Model model, Path folder, Format format, Function<Parameter, Tensor> weights) {
        create(folder);
        ObjectNode config = model.savedConfig();
        Optional<Adapter> adapter = model.adapter();
        Function<Parameter, Tensor> merged = adapter.map(on -> on.merged(weights)).orElse(weights);
        Stream<SafetensorsEntry> dense = Modules.of(model).own().stream()
                .flatMap(parameter -> parameter.slices().stream()
                        .map(slice -> entry(parameter, slice, format, merged)));
        Stream<SafetensorsEntry> quantised = model.quantised().stream().flatMap(weight -> weight.parts().stream()
                .map(part -> entry(part, format,
                        () -> adapter.flatMap(on -> on.merged(weight, part.name(), weights))
                                .orElseGet(() -> part.stored(format.dtype())))));
        Optional<AdapterPart.Stored> head = adapter.flatMap(Adapter::untiedHead);
        head.ifPresent(none -> config.put("tie_word_embeddings", false));
        Stream<SafetensorsEntry> untied = head.stream()
                .map(table -> AdapterFolder.entry(table, format.dtype(), weights));
        ShardedWriter.write(folder, Stream.of(dense, quantised, untied).flatMap(stream -> stream).toList(),
                format.shardBytes());
        config.remove("torch_dtype");
        config.put("dtype", format.dtype().name().toLowerCase(Locale.ROOT));
        write(folder.resolve("config.json"), config);
    }

    private static SafetensorsEntry entry(Parameter parameter, Parameter.Slice slice, Format format,
            Function<Parameter, Tensor> weights) {
        long[] shape = parameter.value().shape();
        if (shape.length > 0) {
            shape[0] = slice.rows();
        }
        return new SafetensorsEntry(slice.name(), format.dtype(), shape, reader -> {
            try (Scope scope = Scope.open();
                    Tensor host = parameter.part(weights.apply(parameter), slice).hostCopy(format.dtype())) {
                reader.accept(host.memory());
            }
        });
    }

    private static SafetensorsEntry entry(QuantisedWeight.Part part, Format format, Supplier<Tensor> values) {
        return new SafetensorsEntry(part.name(), format.dtype(), part.storedShape(), reader -> {
            try (Scope scope = Scope.open(); Tensor host = values.get().hostCopy(format.dtype())) {
                reader.accept(host.memory());
            }
        });
    }

    /** Copies the tokenizer, the chat template and the generation defaults of one model folder into another. */
    public static void copyCompanions(Path from, Path to) {
        create(to);
        for (String name : COMPANIONS) {
            Path source = from.resolve(name);
            if (Files.isRegularFile(source)
                    && !source.toAbsolutePath().normalize().equals(to.resolve(name).toAbsolutePath().normalize())) {
                try {
                    Files.write(to.resolve(name), Files.readAllBytes(source));
                } catch (IOException e) {
                    throw new ModelException("cannot copy " + source + " to " + to + ": " + e.getMessage(), e);
                }
            }
        }
    }

    static void create(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new ModelException(
                    "cannot create " + folder + ": " + e + ". Choose an output folder that can be written", e);
        }
    }

    static void write(Path file, ObjectNode json) {
        try {
            Files.writeString(file, JSON.writeValueAsString(json) + "\n");
        } catch (IOException e) {
            throw new ModelException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }
}
