package dev.hone.train;

import dev.hone.objective.Metrics;
import dev.hone.objective.RunningMoments;
import dev.hone.objective.Signals;
import dev.hone.objective.StepTotals;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * Makes the signals of an objective from rows and what the model says about them.
 *
 * @param <R> the rows
 * @param <S> the signals
 */
interface Signaller<R extends StepRow, S extends Signals> {

    /** The model's forward over a micro-batch. */
    Outputs outputs(Tape tape, List<R> microbatch);

    /** Signals of rows whose outputs lie end to end in the order of the rows. */
    S signals(Outputs outputs, List<R> rows, StepTotals totals, RunningMoments history);

    /** What the model itself tells, beside the objective's metrics. */
    default Metrics metrics(Outputs outputs, List<R> rows) {
        return new Metrics();
    }

    /** Tensors that belong into checkpoints. */
    default Map<String, Tensor> tensors() { return Map.of(); }

    /** Lets go of what it alone holds. */
    default void close() {}

    /** Is told that the weights have changed. */
    default void stepped(long steps) {}
}
