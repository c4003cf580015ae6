package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.SafetensorsEntry;
import dev.hone.tensor.Scope;
import dev.hone.tensor.ShardedWriter;
import dev.hone.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
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
     */
    public static void save(Model model, Path folder, Format format, Function<Parameter, Tensor> weights) {
        ObjectNode config = model.savedConfig();
        Modules modules = Modules.of(model);
        Optional<AdapterPart.Stored> head = model.adapter().flatMap(Adapter::untiedHead);
        head.ifPresent(none -> config.put("tie_word_embeddings", false));
        save(new Content(modules.own(), head, config), folder, format, new Values(weights,
                model.adapter().map(adapter -> adapter.merged(weights)).orElse(weights)));
    }

    /** What makes a folder. */
    private record Content(List<Parameter> parameters, Optional<AdapterPart.Stored> head, ObjectNode config) {}

    /**
     * @param plain the value of each parameter, of the model and of its adapter
     * @param merged the values of the model's own with the adapter
     */
    private record Values(Function<Parameter, Tensor> plain, Function<Parameter, Tensor> merged) {}

    private static void save(Content content, Path folder, Format format, Values values) {
        create(folder);
        List<SafetensorsEntry> entries = Stream.concat(content.parameters().stream()
                .flatMap(parameter -> parameter.slices().stream()
                        .map(slice -> entry(parameter, slice, format, values.merged()))),
                content.head().stream().map(head -> AdapterFolder.entry(head, format.dtype(), values.plain())))
                .toList();
        ShardedWriter.write(folder, entries, format.shardBytes());
        ObjectNode config = content.config();
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

    static byte[] json(ObjectNode json) {
        return (JSON.writeValueAsString(json) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** The configuration that {@link #save} writes. */
    public static byte[] config(Model model) { return json(model.savedConfig()); }

    /** Writes the configuration alone, as {@link #save} does beside the weights. */
    public static void saveConfig(Model model, Path folder) {
        create(folder);
        write(folder.resolve("config.json"), model.savedConfig());
    }

    static void write(Path file, ObjectNode json) {
        try {
            Files.write(file, json(json));
        } catch (IOException e) {
            throw new ModelException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }
}
