package dev.hone.model;

import dev.hone.tensor.Parameter;
import java.util.List;
import java.util.Optional;

/** One tensor of a module: the model's own, or the copy that an adapter trains in its place. */
final class Held {
    private final Parameter own;
    private final List<String> names;
    private Optional<Parameter> copy = Optional.empty();

    Held(Parameter own) { this(own, own.slices().stream().map(Parameter.Slice::name).toList()); }

    /** A tensor that a module shares with another one, under a name of its own. */
    Held(Parameter own, List<String> names) {
        this.own = own;
        this.names = List.copyOf(names);
    }

    Parameter own() { return own; }

    /** What the module computes with. */
    Parameter now() { return copy.orElse(own); }

    boolean isCopied() { return copy.isPresent(); }

    /** The checkpoint name of each slice of {@link #own}. */
    List<String> names() { return names; }

    /** The module that a slice belongs to: its name without {@code .weight} or {@code .bias}. */
    List<String> modules() {
        return names.stream().map(Held::module).toList();
    }

    static String module(String name) { return name.substring(0, name.lastIndexOf('.')); }

    void replace(Parameter other) { copy = Optional.of(other); }

    void restore() { copy = Optional.empty(); }
}
