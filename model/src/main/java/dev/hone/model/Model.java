package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Parameter;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * What can be trained and saved: a {@link Decoder} with its language-model head, a {@link RewardModel}, or an
 * {@link ActorCritic} of both.
 */
public sealed interface Model extends AutoCloseable permits Decoder, RewardModel, ActorCritic {

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

    /** Every parameter once, in the order of the forward pass. */
    List<Parameter> parameters();

    /** The type that forward and backward compute in. */
    default DType dtype() { return backbone().dtype(); }

    /** How many numbers train. */
    default long parameterCount() {
        return parameters().stream().filter(Parameter::trainable).mapToLong(parameter -> parameter.value().count())
                .sum();
    }

    /** The configuration to save beside the weights. */
    ObjectNode savedConfig();

    @Override
    void close();
}
