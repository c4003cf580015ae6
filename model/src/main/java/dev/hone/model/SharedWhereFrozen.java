package dev.hone.model;

import dev.hone.tensor.Parameter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The frozen parameters of another model of the same checkpoint, and those of the checkpoint for what trains there. */
final class SharedWhereFrozen implements ParameterSource {
    private final CheckpointSource checkpoint;
    private final Map<List<String>, Parameter> frozen = new HashMap<>();
    private final Set<Parameter> shared = new HashSet<>();

    SharedWhereFrozen(CheckpointSource checkpoint, Decoder other) {
        this.checkpoint = checkpoint;
        other.parameters().stream().filter(parameter -> !parameter.trainable()).forEach(parameter -> frozen
                .put(parameter.slices().stream().map(Parameter.Slice::name).toList(), parameter));
    }

    @Override
    public Parameter make(List<Part> parts, Start start) {
        Parameter known = frozen.get(parts.stream().map(Part::name).toList());
        if (known == null) {
            return checkpoint.make(parts, start);
        }
        checkpoint.passOver(parts);
        shared.add(known);
        return known;
    }

    /** What is not the new model's own. */
    Set<Parameter> shared() { return Set.copyOf(shared); }

    @Override
    public void finish() { checkpoint.finish(); }
}
