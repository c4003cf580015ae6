package dev.hone.train;

import dev.hone.tensor.DType;
import dev.hone.tensor.SafetensorsFile;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Consumer;
import org.assertj.core.api.Assertions;

/** Checkpoints whose every value is their step, so that a mixture of two shows. */
final class CheckpointSamples {
    static final Consumer<String> NO_WARNING = warning -> Assertions.fail("unexpected warning: " + warning);

    private CheckpointSamples() {}

    static void fill(HostCopy copy, long step, int tensors, long size) {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> named = new LinkedHashMap<>();
            for (int i = 0; i < tensors; i++) {
                named.put("layer." + i, Tensors.full(step, DType.FLOAT32, size));
            }
            copy.fill(named);
        }
    }

    static CheckpointState state(long step) {
        return new CheckpointState(step, step * 100, step / 10.0, Map.of("seed", 7L));
    }

    static CheckpointState evaluated(long step, double metric, double best) {
        return new CheckpointState(step, step * 100, step / 10.0, OptionalDouble.of(metric), OptionalDouble.of(best),
                Map.of());
    }

    /** Saves and waits. */
    static void save(CheckpointStore store, CheckpointState state) {
        try (HostCopy model = new HostCopy(); HostCopy optimizer = new HostCopy()) {
            fill(model, state.step(), 3, 5);
            fill(optimizer, state.step(), 2, 7);
            store.saveAsync(state, model, optimizer, Map.of("config.json", "{}".getBytes()));
            store.awaitIdle();
        }
    }

    static void save(CheckpointStore store, long... steps) {
        for (long step : steps) {
            save(store, state(step));
        }
    }

    /** Every value of every tensor, once each. */
    static Set<Float> distinctValues(Checkpoint checkpoint) {
        Set<Float> values = new HashSet<>();
        for (SafetensorsFile file : List.of(checkpoint.model(), checkpoint.optimizer())) {
            for (String name : file.names()) {
                for (float value : file.data(name).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED)) {
                    values.add(value);
                }
            }
        }
        return values;
    }
}
