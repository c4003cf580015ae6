package dev.hone.model;

import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;

/**
 * How a training forward pass runs.
 *
 * @param embedded a change of the embedded tokens
 * @param checkpointedLayers how many of the first layers keep nothing and run again in backward
 */
public record HiddenOptions(Decoder.Embedded embedded, int checkpointedLayers) {
    public static final HiddenOptions PLAIN = new HiddenOptions((tape, x, rows) -> x, 0);

    /** Runs one layer, keeping what these options and the tape ask for. */
    Tensor layer(Tape tape, int index, Tensor x, Tape.Piece layer) {
        if (index < checkpointedLayers) {
            return tape.checkpoint(x, layer);
        }
        return tape.isRecording() ? layer.run(tape, x) : Scope.tidy(() -> layer.run(tape, x));
    }
}
