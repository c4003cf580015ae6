package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.SafetensorsEntry;
import dev.hone.tensor.SafetensorsWriter;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** Writes an adapter as PEFT's {@code save_pretrained} does, so that PEFT opens it on the base that was loaded. */
public final class AdapterFolder {
    static final String CONFIG = "adapter_config.json";
    static final String WEIGHTS = "adapter_model.safetensors";

    private AdapterFolder() {}

    /** Whether a folder holds an adapter. */
    public static boolean isAdapter(Path folder) {
        return Files.isRegularFile(folder.resolve(CONFIG));
    }

    /** What the base of a saved adapter is called; empty where it does not say. */
    public static java.util.Optional<String> base(Path folder) {
        return HubConfig.readFile(folder.resolve(CONFIG)).text("base_model_name_or_path");
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

    static void requireWeights(Path folder) {
        if (!Files.isRegularFile(folder.resolve(WEIGHTS))) {
            throw new ModelException("no " + WEIGHTS + " in " + folder + ": expected the adapter's tensors beside "
                    + CONFIG
                    + ". An older adapter_model.bin has to be saved again with PEFT (safe_serialization=True)");
        }
    }
}
