package dev.hone.model;

import dev.hone.tensor.Parameter;
import java.util.ArrayList;
import java.util.List;

/** Parameters from a checkpoint, and fresh ones for what it lacks, whose names are noted. */
final class FreshWhereMissing implements ParameterSource {
    private final CheckpointSource checkpoint;
    private final ParameterSource chance;
    private final List<String> fresh = new ArrayList<>();
    private final List<Parameter> made = new ArrayList<>();

    FreshWhereMissing(CheckpointSource checkpoint, ParameterSource chance) {
        this.checkpoint = checkpoint;
        this.chance = chance;
    }

    @Override
    public Parameter make(List<Part> parts, Start start) {
        if (parts.stream().anyMatch(part -> checkpoint.shape(part.name()).isPresent())) {
            return checkpoint.make(parts, start);
        }
        parts.forEach(part -> fresh.add(part.name()));
        Parameter parameter = chance.make(parts, start);
        made.add(parameter);
        return parameter;
    }

    /** The names that the checkpoint lacks. */
    List<String> fresh() { return List.copyOf(fresh); }

    @Override
    public void finish() {
        try {
            checkpoint.finish();
        } catch (ModelException e) {
            made.forEach(Parameter::close);
            throw e;
        }
    }
}
