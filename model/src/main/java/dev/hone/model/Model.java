package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Parameter;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** What can be trained and saved: a {@link Decoder} with its language-model head, or a {@link RewardModel}. */
public sealed interface Model extends AutoCloseable permits Decoder, RewardModel {

    /** What turns tokens into hidden states. */
    Backbone backbone();

    /** Every dense parameter once, in the order of the forward pass. */
    List<Parameter> parameters();

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

    /** The configuration to save beside the weights. */
    ObjectNode savedConfig();

    @Override
    void close();
}
