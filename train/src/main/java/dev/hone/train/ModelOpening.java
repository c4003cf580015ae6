package dev.hone.train;

import dev.hone.model.Adapter;
import dev.hone.model.AdapterFolder;
import dev.hone.model.Decoder;
import dev.hone.model.HeadOptions;
import dev.hone.model.LoraSpec;
import dev.hone.model.Model;
import dev.hone.model.ModelException;
import dev.hone.model.PrefixSpec;
import dev.hone.model.PromptSpec;
import dev.hone.model.Quantisation;
import dev.hone.model.RewardModel;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.NativeHeap;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.SafetensorsFile;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.TensorInfo;
import dev.hone.tensor.Tensors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Opens the models of a run as {@code train_mode} says: all of it to train, or frozen, dense or quantised, with an adapter
 * beside it that trains. The model closes its adapter.
 *
 * @param frozenForGood whether what is frozen in the policy stays so
 */
record ModelOpening(ModelSettings model, AdapterSettings adapter, long seed, boolean frozenForGood) {

    static ModelOpening of(JobSettings settings) {
        return new ModelOpening(settings.model(), settings.adapter(), settings.training().seed(),
                settings.learning().numLayersUnfrozen() >= 0);
    }

    /** The adapter that the run goes on with: the one that is named, or the model where it is one. */
    Optional<Path> former() {
        return adapter.adapter().or(() -> Optional.of(model.model()).filter(AdapterFolder::isAdapter));
    }

    /** @throws ModelException where the adapter to go on with is none, lacks a file, or is of another kind than {@code train_mode} */
    void requireFormer() {
        former().ifPresent(folder -> {
            AdapterFolder.requireWhole(folder);
            List<TrainMode> fitting = switch (AdapterFolder.spec(folder)) {
                case LoraSpec lora -> List.of(TrainMode.LORA, TrainMode.QLORA);
                case PromptSpec prompt -> List.of(TrainMode.PROMPT_TUNING);
                case PrefixSpec prefix -> List.of(TrainMode.PREFIX_TUNING);
            };
            if (adapter.trainMode().adapts() && !fitting.contains(adapter.trainMode())) {
                throw new ModelException(
                        "train_mode is " + adapter.trainMode().key() + " and the adapter to go on with,"
                                + " " + folder + ", is of another kind: expected "
                                + String.join(" or ", fitting.stream().map(TrainMode::key).toList()));
            }
        });
    }

    /** The folder of the weights that a fresh adapter stands beside. */
    Path weights() {
        return AdapterFolder.weights(model.model());
    }

    /**
     * The folders whose files decide what a reference says.
     *
     * @param other the model that is named as reference
     */
    List<Path> sources(Optional<Path> other) {
        Optional<Path> saved = other.isPresent() ? other.filter(AdapterFolder::isAdapter) : former();
        return Stream.concat(Stream.of(other.map(AdapterFolder::weights).orElseGet(this::weights)), saved.stream())
                .toList();
    }

    /** What a run with an adapter must find as it was to go on; nothing where all weights train. */
    Map<String, Object> content() {
        Map<String, Object> content = new LinkedHashMap<>();
        if (adapter.trainMode().adapts()) {
            content.put("weights of the base", FolderDigest.of(weights()));
            former().ifPresent(folder -> content.put("adapter to go on with", FolderDigest.of(folder)));
        }
        return content;
    }

    /** Whether the policy begins as the reference that is nobody else: fresh tokens before a sequence change what it says. */
    boolean startsAsReference() {
        return !adapter.trainMode().virtual() || former().isPresent();
    }

    /** How weights are kept, where that changes what a frozen model says. */
    String form() {
        return adapter.trainMode() == TrainMode.QLORA ? " " + adapter.codes() : "";
    }

    /** The policy. */
    Decoder policy(DType dtype, Device device) {
        return beside(frozen(weights(), dtype, device), former());
    }

    /** A policy that does not train, with its adapter where it is one, kept as the one that does. */
    Decoder frozen(Path folder, DType dtype, Device device) {
        if (!adapter.codes().equals(Quantisation.NONE)) {
            NativeHeap.returnLargeBlocks(); // memory is short, and matrices become dense one after the other
        }
        return Decoder.load(folder, dtype, device, adapter.codes());
    }

    /**
     * A reference beside a policy whose trained layers are chosen. Where it is the policy as it was at first, and lower layers are
     * frozen for good, these are in memory once: the reference has copies of what trains alone.
     */
    Decoder reference(Path folder, Decoder policy) {
        boolean same = folder.toAbsolutePath().normalize().equals(model.model().toAbsolutePath().normalize());
        return same && frozenForGood && policy.adapter().isEmpty() && !AdapterFolder.isAdapter(folder)
                ? Decoder.sharing(folder, policy)
                : frozen(folder, policy.dtype(), policy.device());
    }

    /** A model that scores. */
    RewardModel scorer(HeadOptions options, DType dtype, Device device) {
        return beside(start(model.model(), options, dtype, device), former());
    }

    /** A critic, with a fresh adapter where the policy has one. */
    RewardModel critic(Path folder, HeadOptions options, DType dtype, Device device) {
        return beside(start(folder, options, dtype, device), Optional.empty());
    }

    private RewardModel start(Path folder, HeadOptions options, DType dtype, Device device) {
        return RewardModel.start(AdapterFolder.weights(folder), options, dtype, device, adapter.codes());
    }

    private <M extends Model> M beside(M base, Optional<Path> saved) {
        try {
            if (adapter.trainMode().adapts()) {
                attach(base, saved);
            }
            return base;
        } catch (RuntimeException e) {
            base.close();
            throw e;
        }
    }

    private Adapter attach(Model base, Optional<Path> saved) {
        return saved.map(folder -> Adapter.load(base, folder)).orElseGet(() -> Adapter.fresh(base,
                adapter.spec(base, model.text().toAbsolutePath().normalize()),
                weights().toAbsolutePath().normalize().toString(), seed));
    }

    /** Gives an optimizer the numbers of the adapter that the run goes on with in full width, where the model rounds them. */
    void masters(Model base, Optimizer optimizer) {
        if (base.dtype() == DType.FLOAT32 || former().isEmpty() || base.adapter().isEmpty()) {
            return;
        }
        try (SafetensorsFile file = SafetensorsFile.open(former().get().resolve(AdapterFolder.WEIGHTS))) {
            for (Parameter parameter : base.adapter().get().parameters()) {
                if (parameter.value().dtype() == DType.FLOAT32) {
                    continue; // it was read in full width
                }
                try (Scope scope = Scope.open()) {
                    assign(parameter, file, optimizer);
                }
            }
        }
    }

    private static void assign(Parameter parameter, SafetensorsFile file, Optimizer optimizer) {
        Tensor wide = parameter.value().to(DType.FLOAT32).copy();
        for (Parameter.Slice slice : parameter.slices()) {
            TensorInfo info = file.info(slice.name());
            Tensor place = parameter.part(wide, slice);
            if (!Arrays.equals(info.shape(), place.shape())) {
                return; // it is stored in another form, with its start
            }
            place.copyFrom(Tensors.copyOf(file.data(slice.name()), info.dtype(), info.shape()));
        }
        optimizer.assign(parameter, wide);
    }
}
