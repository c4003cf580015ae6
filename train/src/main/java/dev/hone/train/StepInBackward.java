package dev.hone.train;

import dev.hone.tensor.FusedOptim;
import dev.hone.tensor.Parameter;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The optimizer's step taken inside of the backward pass (LOMO, arXiv 2306.09782; torchtune's optimizer_in_bwd): as soon as a
 * layer's gradients are complete its weights are stepped and the gradients freed, so that those of all layers never lie in
 * memory at once. The updates are the same, bit for bit. What cannot be had is anything that needs all gradients before the
 * first update: a global norm to clip by, and a step that is taken back when a gradient further down is not finite. Then
 * what is further down is left as it is, and the step counts as skipped.
 */
final class StepInBackward implements Consumer<List<Parameter>> {
    private final Optimizer optimizer;
    private boolean stepping;
    private double rate;
    private double squares;

    StepInBackward(Optimizer optimizer) { this.optimizer = optimizer; }

    /** From here on gradients become steps. */
    void begin(double learningRate) {
        stepping = true;
        rate = learningRate;
        squares = 0;
    }

    /** Takes complete gradients; outside of a step they are only freed. */
    @Override
    public void accept(List<Parameter> complete) {
        if (stepping) {
            squares += FusedOptim.sumOfSquares(
                    complete.stream().map(Parameter::gradient).flatMap(Optional::stream).toList());
            if (Double.isFinite(squares)) {
                optimizer.step(complete, rate, 1);
            }
        }
        complete.forEach(Parameter::clearGradient);
    }

    /**
     * Steps what is left (embeddings, a tied head) when backward is over.
     *
     * @return the norm of all gradients; NaN or infinite when one was
     */
    double end(List<Parameter> parameters) {
        accept(parameters);
        stepping = false;
        return Math.sqrt(squares);
    }
}
