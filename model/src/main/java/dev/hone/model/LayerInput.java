package dev.hone.model;

import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import java.util.Optional;

/**
 * What the first layer of a decoder reads.
 *
 * @param rows those that were given, with what virtual tokens make of them
 * @param x embedded, [T', D]
 * @param wide where the given rows stand among them, if learned ones were put in front
 */
record LayerInput(Rows rows, Tensor x, Optional<VirtualRows> wide) {

    /** Of [T', D] the rows that were given, [T, D]. */
    Tensor given(Tape tape, Tensor hidden) {
        return wide.map(all -> all.own(tape, hidden)).orElse(hidden);
    }
}
