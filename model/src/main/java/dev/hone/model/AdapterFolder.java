package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.SafetensorsEntry;
import dev.hone.tensor.SafetensorsFile;
import dev.hone.tensor.SafetensorsWriter;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The folder of an adapter as PEFT's {@code save_pretrained} writes it, so that PEFT opens it on the base that was loaded. It
 * names its base; the tokenizer may lie beside it.
 */
public final class AdapterFolder {
    public static final String CONFIG = "adapter_config.json";
    public static final String WEIGHTS = "adapter_model.safetensors";

    private AdapterFolder() {}

    /** Whether a folder holds an adapter. */
    public static boolean isAdapter(Path folder) {
        return Files.isRegularFile(folder.resolve(CONFIG));
    }

    /** What a saved adapter is. */
    public static AdapterSpec spec(Path folder) {
        return AdapterConfig.read(folder).spec();
    }

    /** What the base of a saved adapter is called; empty where it does not say. */
    public static Optional<String> base(Path folder) {
        return HubConfig.readFile(folder.resolve(CONFIG)).text("base_model_name_or_path");
    }

    /**
     * The folder of a saved adapter's base: as it is named, from the adapter's folder or else from the working directory.
     *
     * @throws ModelException where it is not there, or is an adapter too
     */
    public static Path baseFolder(Path folder) {
        String name = base(folder).orElseThrow(() -> new ModelException(folder.resolve(CONFIG)
                + " has no base_model_name_or_path: expected the folder of the model that the adapter belongs to. Add it"
                + " there, or merge the adapter with hone merge --base"));
        Path found = Stream.of(folder.resolve(name), Path.of(name)).filter(Files::isDirectory).findFirst()
                .orElseThrow(() -> new ModelException("no folder " + name + ", which base_model_name_or_path of "
                        + folder.resolve(CONFIG)
                        + " names: expected the model that the adapter belongs to. Hone does not"
                        + " download models: fetch it, and write its folder there"));
        if (isAdapter(found)) {
            throw new ModelException(
                    "the base " + found + " of the adapter " + folder + " is an adapter itself: expected a"
                            + " whole model. Make one of it with hone merge");
        }
        return found;
    }

    /** Where the weights lie: the base of an adapter, any other folder itself. */
    public static Path weights(Path folder) {
        return isAdapter(folder) ? baseFolder(folder) : folder;
    }

    /** Where tokenizer, template and generation defaults lie: beside an adapter, or with its base. */
    public static Path text(Path folder) {
        return isAdapter(folder) && !Files.exists(folder.resolve("tokenizer.json")) ? baseFolder(folder) : folder;
    }

    /** Whether a saved adapter belongs to a model that scores. */
    public static boolean scores(Path folder) {
        return HubConfig.readFile(folder.resolve(CONFIG)).text("task_type").filter("SEQ_CLS"::equals).isPresent();
    }

    /** The rows of a saved score head. */
    static Optional<Integer> labels(Path folder) {
        requireWeights(folder);
        String prefix = AdapterBuilder.prefix(AdapterConfig.read(folder).spec());
        try (SafetensorsFile stored = SafetensorsFile.open(folder.resolve(WEIGHTS))) {
            return Stream.of("score", "classifier.out_proj", "classifier")
                    .map(head -> prefix + head + ".weight").filter(stored::contains)
                    .map(name -> (int) stored.info(name).shape()[0]).findFirst();
        }
    }

    /** Lets an adapter stand beside its base, which is closed where it does not fit. */
    static <M extends Model> M beside(M base, Path folder) {
        try {
            Adapter.load(base, folder);
            return base;
        } catch (RuntimeException e) {
            base.close();
            throw e;
        }
    }

    /** What {@link #save} writes as configuration. */
    public static byte[] config(Adapter adapter) {
        return ModelFolder.json(adapter.config().json());
    }

    /**
     * What {@link #save} writes as tensors, by name, in the types that they have, and what training has to go on from beside
     * it; belongs to the open scope.
     */
    public static Map<String, Tensor> tensors(Adapter adapter) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        adapter.parts().stream().flatMap(AdapterPart::kept)
                .forEach(stored -> tensors.put(stored.name(), stored.value().apply(Parameter::value)));
        return tensors;
    }

    /** Writes the adapter's current tensors. */
    public static void save(Adapter adapter, Path folder, DType dtype) {
        save(adapter, folder, dtype, Parameter::value);
    }

    /** Writes an adapter with the values that {@code weights} gives for each parameter, and its configuration. */
    public static void save(Adapter adapter, Path folder, DType dtype, Function<Parameter, Tensor> weights) {
        List<SafetensorsEntry> entries = adapter.parts().stream().flatMap(AdapterPart::stored)
                .map(stored -> entry(stored, dtype, weights)).toList();
        ModelFolder.create(folder);
        SafetensorsWriter.write(folder.resolve(WEIGHTS), entries);
        ModelFolder.write(folder.resolve(CONFIG), adapter.config().json());
    }

    static SafetensorsEntry entry(AdapterPart.Stored stored, DType dtype, Function<Parameter, Tensor> weights) {
        return new SafetensorsEntry(stored.name(), dtype, stored.shape(), reader -> {
            try (Scope scope = Scope.open(); Tensor host = stored.value().apply(weights).hostCopy(dtype)) {
                reader.accept(host.memory());
            }
        });
    }

    /** @throws ModelException unless the folder has configuration and weights of an adapter */
    public static void requireWhole(Path folder) {
        AdapterConfig.read(folder);
        requireWeights(folder);
    }

    static void requireWeights(Path folder) {
        if (!Files.isRegularFile(folder.resolve(WEIGHTS))) {
            throw new ModelException("no " + WEIGHTS + " in " + folder + ": expected the adapter's tensors beside "
                    + CONFIG
                    + ". An older adapter_model.bin has to be saved again with PEFT (safe_serialization=True)");
        }
    }
}
