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
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Parameters from the weights of a model folder, copied once from the mapped file into the type and device of the model. What
 * was read of a file is given back at once, so that a model is in memory once and not twice while it loads. What is missing, has another shape or is left over is collected and reported together.
 */
final class CheckpointSource implements ParameterSource, AutoCloseable {
    private static final int SHOWN = 12;
    /** Numbers that are copied before what was read of them is given back. */
    private static final long PIECE = 16L << 20;

    private final ShardedTensors stored;
    private final StoredNames names;
    private final DType dtype;
    private final Device device;
    private final List<String> problems = new ArrayList<>();
    private final Set<String> used = new HashSet<>();
    private final List<Parameter> made = new ArrayList<>();
    private final List<QuantisedWeight> frozen = new ArrayList<>();

    private CheckpointSource(ShardedTensors stored, StoredNames names, DType dtype, Device device) {
        this.stored = stored;
        this.names = names;
        this.dtype = dtype;
        this.device = device;
    }

    static CheckpointSource open(Path folder, StoredNames names, DType dtype, Device device) {
        return new CheckpointSource(ShardedTensors.open(folder), names, dtype, device);
    }

    /**
     * The tensors of one file beside the weights of a model, in the type in which it computes scores.
     *
     * @param unread prefixes of names that nobody will ask for
     */
    static CheckpointSource beside(Path folder, String file, List<String> unread, Decoder model) {
        return new CheckpointSource(ShardedTensors.ofFile(folder, file),
                new StoredNames("", unread, List.of(), Map.of()), ScalarHead.wide(model.dtype()), model.device());
    }

    @Override
    public Parameter make(List<Part> parts, Start start) {
        try (Scope scope = Scope.open()) {
            if (parts.stream().filter(this::usable).count() < parts.size()) {
                return placeholder(parts);
            }
            Parameter parameter = filled(parts);
            made.add(parameter);
            return parameter;
        }
    }

    private Parameter filled(List<Part> parts) {
        Parameter parameter = ParameterSource.assemble(parts,
                Tensors.empty(dtype, device, ParameterSource.joined(parts)));
        for (Parameter.Slice slice : parameter.slices()) {
            try (Scope scope = Scope.open()) {
                String name = storedName(slice.name()).orElseThrow();
                copy(read(name), parameter.view(slice), () -> stored.giveBack(name));
            }
        }
        return parameter;
    }

    /** In pieces, for a table of words can be a good part of a model. */
    private static void copy(Tensor from, Tensor to, Runnable afterEach) {
        long rows = from.rank() == 0 ? 1 : from.size(0);
        long step = Math.max(1, rows * PIECE / Math.max(1, from.count()));
        for (long first = 0; first < rows; first += step) {
            try (Scope scope = Scope.open()) {
                boolean whole = step >= rows;
                long count = Math.min(step, rows - first);
                (whole ? to : to.narrow(0, first, count)).copyFrom(whole ? from : from.narrow(0, first, count));
            }
            afterEach.run();
        }
    }

    /** This source with the matrices of projections quantised. */
    ParameterSource quantising(Quantisation quantisation) {
        return quantisation.kind() == Quantisation.Kind.NONE ? this : new Quantising(quantisation);
    }

    private final class Quantising implements ParameterSource {
        private final Quantisation quantisation;

        Quantising(Quantisation quantisation) { this.quantisation = quantisation; }

        @Override
        public Parameter make(List<Part> parts, Start start) { return CheckpointSource.this.make(parts, start); }

        @Override
        public Weight weight(List<Part> parts, Start start, boolean inOut) {
            if (parts.stream().filter(CheckpointSource.this::usable).count() < parts.size()) {
                return new Weight.Dense(placeholder(parts));
            }
            List<QuantisedWeight.Part> quantised = new ArrayList<>();
            for (Part part : parts) {
                try (Scope scope = Scope.open()) {
                    String name = storedName(part.name()).orElseThrow();
                    Tensor values = inOut ? read(name).t() : read(name);
                    quantised.add(new QuantisedWeight.Part(part.name(), quantisation.quantise(values, device), inOut));
                    stored.giveBack(name);
                } catch (IllegalArgumentException e) {
                    problems.add(part.name() + ": " + e.getMessage());
                }
            }
            QuantisedWeight weight = new QuantisedWeight(quantised);
            frozen.add(weight);
            return new Weight.Quantised(weight);
        }

        @Override
        public void finish() { CheckpointSource.this.finish(); }
    }

    /** One element is enough when finish() will refuse the model anyway. */
    private Parameter placeholder(List<Part> parts) {
        Parameter parameter = new Parameter(parts.getFirst().name(), Scope.owned(() -> Tensors.zeros(dtype, 1)));
        made.add(parameter);
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

    /** Looks at tensors as {@link #make} does and reads none. */
    void passOver(List<Part> parts) {
        parts.forEach(this::usable);
    }

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
        frozen.forEach(QuantisedWeight::close);
        String shown = String.join("\n  ", problems.subList(0, Math.min(SHOWN, problems.size())));
        throw new ModelException("config.json and the weights in " + stored.folder() + " disagree in " + problems.size()
                + " tensors:\n  " + shown + (problems.size() > SHOWN ? "\n  …" : "")
                + "\nCheck that both come from the same model and that the family in config.json is the right one.");
    }

    @Override
    public void close() { stored.close(); }
}
