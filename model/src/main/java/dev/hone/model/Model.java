package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import tools.jackson.databind.node.ObjectNode;

/**
 * What can be trained and saved: a {@link Decoder} with its language-model head, a {@link RewardModel}, an
 * {@link ActorCritic} of both, or a {@link ValuedPolicy}.
 */
public sealed interface Model extends AutoCloseable permits Decoder, RewardModel, ActorCritic, ValuedPolicy {

    /**
     * A model that is saved in a folder of its own.
     *
     * @param name of the folder
     */
    record Part(String name, Model model) {}

    /** What it is saved as: itself, unless it is made of several. The first is what the run is for. */
    default List<Part> parts() {
        return List.of(new Part("model", this));
    }

    /** What turns tokens into hidden states. */
    Backbone backbone();

    /** Every parameter once, in the order of the forward pass, then those of the adapter that is on. */
    List<Parameter> parameters();

    /** Those that train: the adapter's where one is on, since the model's own are then frozen. */
    default List<Parameter> trainableParameters() {
        return parameters().stream().filter(Parameter::trainable).toList();
    }

    /** The adapter that is on. */
    Optional<Adapter> adapter();

    /**
     * Runs something with the adapter switched off, so that the model is what it was before one was attached (the reference
     * of preference methods, say), and switches it on again. Concerns every thread that uses the model.
     */
    default <R> R withoutAdapter(Supplier<R> body) {
        return adapter().map(adapter -> adapter.without(body)).orElseGet(body);
    }

    /** The frozen matrices that are kept in few bits, in the order of the forward pass; none of a dense model. */
    default List<QuantisedWeight> quantised() {
        return backbone().quantised();
    }

    /** The type that forward and backward compute in. */
    default DType dtype() { return backbone().dtype(); }

    /** How many numbers train. */
    default long parameterCount() {
        return parameters().stream().filter(Parameter::trainable).mapToLong(parameter -> parameter.value().count())
                .sum();
    }

    /** Frozen ones that follow some that train, so that they belong into checkpoints. */
    default List<Parameter> followers() {
        return List.of();
    }

    /** Heads whose scores span the vocabulary while it trains, for the plan of memory. */
    default int vocabularyHeads() {
        return 1;
    }

    /** Writes what lies beside the weights of the first of {@link #parts}, in its folder. */
    default void saveBeside(Path folder, Function<Parameter, Tensor> weights) {}

    /** The configuration to save beside the weights. */
    ObjectNode savedConfig();

    @Override
    void close();
}
