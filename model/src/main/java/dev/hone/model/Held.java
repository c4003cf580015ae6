package dev.hone.model;

import dev.hone.tensor.Parameter;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** One tensor of a module: the model's own, dense or quantised, or the copy that an adapter trains in its place. */
final class Held {
    private final Weight weight;
    private final List<String> names;
    private Optional<Parameter> copy = Optional.empty();

    Held(Weight weight) { this(weight, weight.slices().stream().map(Parameter.Slice::name).toList()); }

    Held(Parameter own) { this(new Weight.Dense(own)); }

    /** A tensor that a module shares with another one, under a name of its own. */
    Held(Parameter own, List<String> names) {
        this(new Weight.Dense(own), names);
    }

    private Held(Weight weight, List<String> names) {
        this.weight = weight;
        this.names = List.copyOf(names);
    }

    /** The model's own, whatever it is kept as. */
    Weight weight() { return weight; }

    /** The model's own, which is dense here: embeddings, norms, biases and heads always are. */
    Parameter own() {
        return parameters().findFirst().orElseThrow(() -> new IllegalStateException(names
                + " is quantised and no parameter"));
    }

    /** The model's own, where it is dense. */
    Stream<Parameter> parameters() {
        return weight instanceof Weight.Dense(Parameter parameter) ? Stream.of(parameter) : Stream.empty();
    }

    /** The model's own, where it is quantised. */
    Stream<QuantisedWeight> quantised() {
        return weight instanceof Weight.Quantised(QuantisedWeight codes) ? Stream.of(codes) : Stream.empty();
    }

    /** What the module computes with, which is dense here. */
    Parameter now() { return copy.orElseGet(this::own); }

    /** What the module computes with, where that is dense, and nothing where it is quantised. */
    Stream<Parameter> current() {
        return copy.map(Stream::of).orElseGet(this::parameters);
    }

    /** What the module computes with, where that is quantised. */
    Optional<QuantisedWeight> codes() {
        return copy.isPresent() ? Optional.empty() : quantised().findFirst();
    }

    /** The checkpoint name of each slice of the model's own. */
    List<String> names() { return names; }

    /** The module that a slice belongs to: its name without {@code .weight} or {@code .bias}. */
    List<String> modules() {
        return names.stream().map(Held::module).toList();
    }

    static String module(String name) { return name.substring(0, name.lastIndexOf('.')); }

    void replace(Parameter other) { copy = Optional.of(other); }

    void restore() { copy = Optional.empty(); }
}
