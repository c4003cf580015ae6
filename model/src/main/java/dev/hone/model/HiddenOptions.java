package dev.hone.model;

import dev.hone.tensor.ActivationMemory;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * How a training forward pass runs.
 *
 * @param embedded a change of the embedded tokens
 * @param checkpointedLayers how many of the first layers keep nothing and run again in backward
 * @param memory where the inputs of those layers lie until then
 * @param recomputedInner whether the other layers run the inside of their feed-forward again instead of keeping it
 * @param complete is given, during backward, the parameters whose gradients have just become complete: those of the final norm
 *     and an untied head, then layer by layer downward. What it is never given (embeddings, a tied head, a score head) is complete
 *     when backward ends
 */
public record HiddenOptions(Decoder.Embedded embedded, int checkpointedLayers, ActivationMemory memory,
        boolean recomputedInner, Consumer<List<Parameter>> complete) {
    public static final HiddenOptions PLAIN = new HiddenOptions((tape, x, rows) -> x, 0);

    public HiddenOptions(Decoder.Embedded embedded, int checkpointedLayers) {
        this(embedded, checkpointedLayers, false, parameters -> {});
    }

    public HiddenOptions(Decoder.Embedded embedded, int checkpointedLayers, boolean recomputedInner,
            Consumer<List<Parameter>> complete) {
        this(embedded, checkpointedLayers, ActivationMemory.RESIDENT, recomputedInner, complete);
    }

    /**
     * Runs one layer, keeping what these options and the tape ask for. A layer below everything that trains keeps nothing, and
     * backward never reaches it.
     *
     * @param parameters of the layer
     */
    Tensor layer(Tape tape, int index, Supplier<Stream<Parameter>> parameters, Tensor x, Tape.Piece layer) {
        if (!tape.isRecording()) {
            return Scope.tidy(() -> layer.run(tape, x));
        }
        List<Parameter> training = training(parameters.get());
        if (training.isEmpty() && !tape.tracks(x)) {
            Tensor result = Scope.tidy(() -> layer.run(tape.quiet(), x));
            x.close();
            return result;
        }
        tape.before(training, complete);
        return index < checkpointedLayers ? tape.checkpoint(x, memory, layer) : layer.run(tape, x);
    }

    /** Says that these parameters are read from here on only. */
    void before(Tape tape, Stream<Parameter> parameters) {
        if (tape.isRecording()) {
            tape.before(training(parameters), complete);
        }
    }

    private static List<Parameter> training(Stream<Parameter> parameters) {
        return parameters.filter(Parameter::trainable).toList();
    }
}
