package dev.hone.model;

import dev.hone.tensor.Ops;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.QuantisedOps;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import java.util.Optional;

/** The matrix of a {@link Linear}: dense, which can train, or quantised, which is frozen. */
sealed interface Weight {

    /** x [T, I] × this + bias [O] → [T, O]. */
    Tensor apply(Tape tape, Tensor x, Optional<Parameter> bias);

    /**
     * Numbers of the compute type.
     *
     * @param parameter [O, I], or [I, O] when {@code inOut}
     * @param inOut how it is stored
     */
    record Dense(Parameter parameter, boolean inOut) implements Weight {
        @Override
        public Tensor apply(Tape tape, Tensor x, Optional<Parameter> bias) {
            return inOut ? Ops.linearInOut(tape, x, parameter, bias) : Ops.linear(tape, x, parameter, bias);
        }
    }

    /**
     * Codes.
     *
     * @param weight [O, I], of one or several named matrices
     */
    record Quantised(QuantisedWeight weight) implements Weight {
        @Override
        public Tensor apply(Tape tape, Tensor x, Optional<Parameter> bias) {
            return QuantisedOps.linear(tape, x, weight.matrices(), bias);
        }
    }
}
