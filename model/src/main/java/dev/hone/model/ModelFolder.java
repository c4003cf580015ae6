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
     * say). A reward model becomes Hugging Face's {@code …ForSequenceClassification}.
     */
    public static void save(Model model, Path folder, Format format, Function<Parameter, Tensor> weights) {
        if (!model.quantised().isEmpty()) {
            throw new ModelException("the model's layers are quantised, so it has no full weights to save in " + folder
                    + ": save what was trained beside them (the adapter), or write the dequantised values, which are not"
                    + " those that it was opened with, on purpose (saveDequantised)");
        }
        write(model, folder, format, weights);
    }

    /**
     * Writes a model whose layers may be quantised as a dense one, with the values that it computes with: what an adapter
     * that was trained on them is to be merged into. They differ from those of the folder it was opened from by the error
     * of quantising. One matrix at a time is dequantised.
     */
    public static void saveDequantised(Model model, Path folder, Format format) {
        write(model, folder, format, Parameter::value);
    }

    private static void write(Model model, Path folder, Format format, Function<Parameter, Tensor> weights) {
        create(folder);
        Stream<SafetensorsEntry> dense = model.parameters().stream()
                .flatMap(parameter -> parameter.slices().stream()
                        .map(slice -> entry(parameter, slice, format, weights)));
        Stream<SafetensorsEntry> quantised = model.quantised().stream().flatMap(weight -> weight.parts().stream())
                .map(part -> entry(part, format));
        ShardedWriter.write(folder, Stream.concat(dense, quantised).toList(), format.shardBytes());
        ObjectNode config = model.savedConfig();
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

    private static SafetensorsEntry entry(QuantisedWeight.Part part, Format format) {
        return new SafetensorsEntry(part.name(), format.dtype(), part.storedShape(), reader -> {
            try (Scope scope = Scope.open(); Tensor host = part.stored(format.dtype()).hostCopy(format.dtype())) {
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

    private static void create(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new ModelException(
                    "cannot create " + folder + ": " + e + ". Choose an output folder that can be written", e);
        }
    }

    private static void write(Path file, ObjectNode json) {
        try {
            Files.writeString(file, JSON.writeValueAsString(json) + "\n");
        } catch (IOException e) {
            throw new ModelException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }
}
