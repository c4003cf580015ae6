package dev.hone.train;

import dev.hone.model.Adapter;
import dev.hone.model.AdapterFolder;
import dev.hone.model.LoraSpec;
import dev.hone.model.Model;
import dev.hone.tensor.DType;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.SafetensorsFile;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.TensorInfo;
import dev.hone.tensor.Tensors;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/** Moves a run's weights and optimizer state into checkpoints and back; the store itself stays its opener's to close. */
public final class Checkpointing implements AutoCloseable {
    private static final String BESIDE = "beside/";

    private final Model policy;
    private final Model whole;
    private final Optimizer optimizer;
    private final CheckpointStore store;
    private final Map<String, byte[]> companions;
    private final Map<String, Tensor> more;
    private final LongConsumer steps;
    private final HostCopy modelCopy = new HostCopy();
    private final HostCopy optimizerCopy = new HostCopy();

    /**
     * @param companions small files that make each checkpoint a model folder (config.json, tokenizer …)
     * @param more tensors of the run beside weights and optimizer state, kept with the latter
     */
    public Checkpointing(Model policy, Optimizer optimizer, CheckpointStore store, Map<String, byte[]> companions,
            Map<String, Tensor> more) {
        this(policy, optimizer, store, companions, more, step -> {});
    }

    /** @param steps is told the steps of a checkpoint before its state is given to the optimizer, which must then expect it */
    Checkpointing(Model policy, Optimizer optimizer, CheckpointStore store, Map<String, byte[]> companions,
            Map<String, Tensor> more, LongConsumer steps) {
        this.steps = steps;
        this.policy = policy.parts().getFirst().model();
        this.whole = policy;
        this.optimizer = optimizer;
        this.store = store;
        this.companions = Map.copyOf(companions);
        this.more = new LinkedHashMap<>(more);
        Set<Parameter> own = Set.copyOf(this.policy.parameters());
        Set<Parameter> followers = Set.copyOf(whole.followers());
        whole.parameters().stream().filter(parameter -> !own.contains(parameter))
                .filter(parameter -> parameter.trainable() || whole.adapter().isEmpty()
                        || followers.contains(parameter))
                .forEach(parameter -> this.more.put(BESIDE + parameter.name(), parameter.value()));
    }

    /** Copies everything to host memory and lets a background thread write it. */
    public void save(CheckpointState state) {
        optimizer.finished(true); // a checkpoint is a model folder as well
        try (Scope scope = Scope.open()) {
            modelCopy.fill(weights());
            optimizerCopy.fill(kept());
        } finally {
            optimizer.finished(false);
        }
        store.saveAsync(state, modelCopy, optimizerCopy, companions);
    }

    /** As {@link #save} where no step follows: written from the tensors themselves, so that no copy is taken, and waited for. */
    public void saveLast(CheckpointState state) {
        awaitIdle();
        optimizer.finished(true);
        try (Scope scope = Scope.open();
                HostCopy model = HostCopy.lending(weights());
                HostCopy rest = HostCopy.lending(kept())) {
            store.saveAsync(state, model, rest, companions);
        } finally {
            optimizer.finished(false);
        }
    }

    private Map<String, Tensor> kept() {
        Map<String, Tensor> kept = new LinkedHashMap<>(optimizer.state());
        kept.putAll(more);
        return kept;
    }

    /** What trains: the adapter where the model has one, as it is stored, else the whole model. */
    private Map<String, Tensor> weights() {
        return policy.adapter().map(AdapterFolder::tensors).orElseGet(() -> {
            Map<String, Tensor> weights = new LinkedHashMap<>();
            for (Parameter parameter : policy.parameters()) {
                parameter.slices().forEach(slice -> weights.put(slice.name(), parameter.view(slice)));
            }
            return weights;
        });
    }

    /**
     * Gives the optimizer the weights in full width, which a narrower model only holds rounded: the first step then starts
     * from what the files say.
     *
     * @param wide opens the same model in float32 on the CPU
     */
    public void masters(Supplier<? extends Model> wide) {
        if (whole.dtype() == DType.FLOAT32) {
            return;
        }
        try (Model wider = wide.get()) {
            for (int i = 0; i < whole.parameters().size(); i++) {
                if (whole.parameters().get(i).trainable()) {
                    optimizer.assign(whole.parameters().get(i), wider.parameters().get(i).value());
                }
            }
        }
    }

    /** Puts back weights and optimizer state, bit for bit. */
    public CheckpointState restore(Checkpoint checkpoint) {
        steps.accept(checkpoint.state().step());
        weights(checkpoint);
        try (Scope scope = Scope.open()) {
            SafetensorsFile file = checkpoint.optimizer();
            Map<String, Tensor> state = new LinkedHashMap<>();
            file.names().forEach(name -> state.put(name, read(file, name)));
            restoreMore(state, checkpoint);
            optimizer.restore(state);
        }
        return checkpoint.state();
    }

    private void restoreMore(Map<String, Tensor> state, Checkpoint checkpoint) {
        more.forEach((name, tensor) -> {
            Tensor stored = state.remove(name);
            if (stored == null) {
                throw CheckpointException.of("no tensor " + name, "the state of the same method",
                        checkpoint.folder().toString(), "Resume with the settings that the run began with.");
            }
            tensor.copyFrom(stored);
        });
    }

    /**
     * Puts back the newest checkpoint after at most so many steps; where none is kept, the oldest one.
     *
     * @throws CheckpointException when no checkpoint is whole
     */
    CheckpointState rollBack(long lastGood) {
        try (Checkpoint checkpoint = store.goodUpTo(lastGood).orElseThrow(() -> new CheckpointException(
                "no checkpoint to go back to is whole: start anew"))) {
            return restore(checkpoint);
        }
    }

    /** Puts back the best checkpoint of the run, where there is one. */
    public void best() {
        store.best().ifPresent(this::restoreAndClose);
    }

    private void restoreAndClose(Checkpoint checkpoint) {
        try (checkpoint) {
            restore(checkpoint);
        }
    }

    private void weights(Checkpoint checkpoint) {
        SafetensorsFile file = checkpoint.model();
        for (Parameter parameter : policy.adapter().map(Adapter::parameters).orElseGet(policy::parameters)) {
            for (Parameter.Slice slice : parameter.slices()) {
                try (Scope scope = Scope.open()) {
                    if (!file.contains(slice.name())) {
                        throw CheckpointException.of("no tensor " + slice.name(), "the weights of the same model",
                                checkpoint.folder().toString(),
                                "Resume with the model and settings that the run began with.");
                    }
                    Tensor view = parameter.view(slice);
                    Tensor stored = leading(read(file, slice.name()), view);
                    if (!Arrays.equals(stored.shape(), view.shape()) || stored.dtype() != view.dtype()) {
                        throw CheckpointException.of(slice.name() + " as " + stored.describe(), view.describe(),
                                checkpoint.folder().toString(),
                                "Resume with the model and the dtype that the run began with.");
                    }
                    view.copyFrom(stored);
                }
            }
        }
    }

    /** PiSSA's factors are stored with those of their start behind them, which the seed gives again. */
    private Tensor leading(Tensor stored, Tensor like) {
        boolean behind = policy.adapter().map(Adapter::spec)
                .filter(spec -> spec instanceof LoraSpec lora && lora.start() instanceof LoraSpec.Pissa).isPresent();
        Tensor part = stored;
        for (int axis = 0; behind && axis < like.rank() && axis < part.rank(); axis++) {
            part = part.size(axis) == 2 * like.size(axis) ? part.narrow(axis, 0, like.size(axis)) : part;
        }
        return part;
    }

    private static Tensor read(SafetensorsFile file, String name) {
        TensorInfo info = file.info(name);
        return Tensors.copyOf(file.data(name), info.dtype(), info.shape());
    }

    /** Waits for the background thread and tells whether its last save failed. */
    public void awaitIdle() {
        store.awaitIdle();
    }

    @Override
    public void close() {
        try {
            store.awaitIdle();
        } finally {
            modelCopy.close();
            optimizerCopy.close();
        }
    }
}
