package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Scope;
import dev.hone.tensor.ShardedTensors;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.TensorInfo;
import dev.hone.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Parameters from the weights of a model folder, copied once from the mapped file into the type and device of the model.
 * What is missing, has another shape or is left over is collected and reported together.
 */
final class CheckpointSource implements ParameterSource, AutoCloseable {
    private static final int SHOWN = 12;

    private final ShardedTensors stored;
    private final StoredNames names;
    private final DType dtype;
    private final Device device;
    private final List<String> problems = new ArrayList<>();
    private final Set<String> used = new HashSet<>();
    private final List<Parameter> made = new ArrayList<>();

    private CheckpointSource(ShardedTensors stored, StoredNames names, DType dtype, Device device) {
        this.stored = stored;
        this.names = names;
        this.dtype = dtype;
        this.device = device;
    }

    static CheckpointSource open(Path folder, StoredNames names, DType dtype, Device device) {
        return new CheckpointSource(ShardedTensors.open(folder), names, dtype, device);
    }

    @Override
    public Parameter make(List<Part> parts, Start start) {
        try (Scope scope = Scope.open()) {
            boolean whole = parts.stream().filter(this::usable).count() == parts.size();
            // a placeholder of one element is enough when finish() will refuse the model anyway
            Parameter parameter = whole
                    ? filled(parts)
                    : new Parameter(parts.getFirst().name(), Tensors.zeros(dtype, 1));
            made.add(parameter);
            return parameter;
        }
    }

    private Parameter filled(List<Part> parts) {
        Parameter parameter = ParameterSource.assemble(parts,
                Tensors.empty(dtype, device, ParameterSource.joined(parts)));
        for (Parameter.Slice slice : parameter.slices()) {
            try (Scope scope = Scope.open()) {
                parameter.view(slice).copyFrom(read(storedName(slice.name()).orElseThrow()));
            }
        }
        return parameter;
    }

    private Tensor read(String name) {
        TensorInfo info = stored.info(name);
        MemorySegment bytes = stored.data(name);
        boolean aligned = bytes.address() % info.dtype().bytes() == 0;
        return aligned
                ? Tensors.view(bytes, info.dtype(), info.shape())
                : Tensors.copyOf(bytes, info.dtype(), info.shape());
    }

    private boolean usable(Part part) {
        Optional<String> name = storedName(part.name());
        if (name.isEmpty()) {
            problems.add("missing: " + part.name() + " " + Arrays.toString(part.shape()));
            return false;
        }
        used.add(name.get());
        TensorInfo info = stored.info(name.get());
        if (!Arrays.equals(info.shape(), part.shape())) {
            problems.add("shape of " + name.get() + ": found " + Arrays.toString(info.shape()) + ", config.json says "
                    + Arrays.toString(part.shape()));
            return false;
        }
        if (!info.dtype().floating()) {
            problems.add("type of " + name.get() + ": found " + info.dtype() + ", expected a floating type");
            return false;
        }
        return true;
    }

    private Optional<String> storedName(String name) { return names.find(name, stored::contains); }

    /** The shape in which a tensor is there. */
    Optional<long[]> shape(String name) {
        return storedName(name).map(spelled -> stored.info(spelled).shape());
    }

    Path folder() { return stored.folder(); }

    @Override
    public void finish() {
        for (String name : stored.names()) {
            if (!used.contains(name) && !names.mayStay(name)) {
                problems.add("not part of this model: " + name + " " + Arrays.toString(stored.info(name).shape()));
            }
        }
        if (problems.isEmpty()) {
            return;
        }
        made.forEach(Parameter::close);
        String shown = String.join("\n  ", problems.subList(0, Math.min(SHOWN, problems.size())));
        throw new ModelException("config.json and the weights in " + stored.folder() + " disagree in " + problems.size()
                + " tensors:\n  " + shown + (problems.size() > SHOWN ? "\n  …" : "")
                + "\nCheck that both come from the same model and that the family in config.json is the right one.");
    }

    @Override
    public void close() { stored.close(); }
}
