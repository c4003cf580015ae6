package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.SafetensorsFile;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.TensorInfo;
import dev.hone.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * An adapter's tensors from {@code adapter_model.safetensors}. What is missing, has another shape or is left over is collected
 * and reported together.
 */
final class AdapterTensors implements AdapterBuilder.Sources, AutoCloseable {
    private static final int SHOWN = 12;
    /** PEFT stores the table of an adapted embedding beside its adapter. */
    private static final String BASE_LAYER = ".base_layer.weight";

    private final SafetensorsFile stored;
    private final Path folder;
    private final Device device;
    private final List<String> problems = new ArrayList<>();
    private final Set<String> used = new HashSet<>();

    AdapterTensors(Path folder, Device device) {
        this.stored = SafetensorsFile.open(folder.resolve(AdapterFolder.WEIGHTS));
        this.folder = folder;
        this.device = device;
    }

    /** The tensors in a type. */
    @Override
    public ParameterSource in(DType dtype) {
        return new ParameterSource() {
            @Override
            public Parameter make(List<Part> parts, Start start) {
                try (Scope scope = Scope.open()) {
                    boolean whole = parts.stream().filter(AdapterTensors.this::usable).count() == parts.size();
                    Parameter parameter = ParameterSource.assemble(parts, whole
                            ? Tensors.empty(dtype, device, ParameterSource.joined(parts))
                            : Tensors.zeros(dtype, device, ParameterSource.joined(parts)));
                    if (whole) {
                        parameter.slices().forEach(slice -> parameter.view(slice).copyFrom(read(slice.name())));
                    }
                    return parameter;
                }
            }

            @Override
            public void finish() {}
        };
    }

    @Override
    public boolean has(String name) { return stored.contains(name); }

    private Tensor read(String name) {
        TensorInfo info = stored.info(name);
        return Tensors.copyOf(stored.data(name), info.dtype(), info.shape());
    }

    private boolean usable(ParameterSource.Part part) {
        if (!stored.contains(part.name())) {
            problems.add("missing: " + part.name() + " " + Arrays.toString(part.shape()));
            return false;
        }
        used.add(part.name());
        TensorInfo info = stored.info(part.name());
        if (!Arrays.equals(info.shape(), part.shape())) {
            problems.add("shape of " + part.name() + ": found " + Arrays.toString(info.shape()) + ", the model and "
                    + AdapterFolder.CONFIG + " say " + Arrays.toString(part.shape()));
            return false;
        }
        if (!info.dtype().floating()) {
            problems.add("type of " + part.name() + ": found " + info.dtype() + ", expected a floating type");
            return false;
        }
        return true;
    }

    /** @throws ModelException when anything was wrong */
    void finish(AdapterSpec spec, Modules modules) {
        for (String name : stored.names()) {
            boolean again = spec instanceof PrefixSpec && VirtualBuilder.repeats(name);
            if (!used.contains(name) && !again && !isTable(name, AdapterBuilder.prefix(spec), modules)) {
                problems.add("not part of this adapter: " + name + " " + Arrays.toString(stored.info(name).shape()));
            }
        }
        if (!problems.isEmpty()) {
            String shown = String.join("\n  ", problems.subList(0, Math.min(SHOWN, problems.size())));
            throw new ModelException("the adapter in " + folder + " and this model disagree in " + problems.size()
                    + " tensors:\n  " + shown + (problems.size() > SHOWN ? "\n  …" : "")
                    + "\nGive the base model that the adapter was trained on (base_model_name_or_path in "
                    + AdapterFolder.CONFIG + ").");
        }
    }

    /** Whether a tensor only repeats a table of the base. */
    private boolean isTable(String name, String prefix, Modules modules) {
        if (!name.endsWith(BASE_LAYER) || !name.startsWith(prefix)) {
            return false;
        }
        String module = name.substring(prefix.length(), name.length() - BASE_LAYER.length());
        return modules.embeddings().stream().map(Embedding::held).filter(held -> held.modules().contains(module))
                .anyMatch(held -> isSame(read(name), held.own().value()));
    }

    private static boolean isSame(Tensor stored, Tensor own) {
        return Arrays.equals(stored.shape(), own.shape())
                && stored.to(own.dtype()).to(own.device()).sub(own).abs().max().item() == 0;
    }

    @Override
    public void close() { stored.close(); }
}
