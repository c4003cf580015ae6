package dev.hone.train;

import dev.hone.objective.MetricTotals;
import dev.hone.tensor.Tensor;
import java.util.Map;
import java.util.Optional;

/**
 * A batch through the model: forward, loss, and, when it trains, backward into the parameters' gradients.
 *
 * @param <R> the rows it understands
 */
public interface Pass<R extends StepRow> extends AutoCloseable {

    /**
     * What a batch came to.
     *
     * @param loss of the step
     * @param metrics what goes with it
     */
    record Result(double loss, MetricTotals metrics) {}

    /**
     * Forward and backward; gradients add to what the parameters already hold.
     *
     * @param seed of dropout and noise
     * @param step which step this is, so that each has noise of its own
     */
    Result train(Batch<R> batch, long seed, long step);

    /** Forward only. */
    Result evaluate(Batch<R> batch);

    /** What else an evaluation tells, given the mean loss. */
    default Map<String, Double> derived(double loss) {
        return Map.of();
    }

    /** What a user should hear of a step, given what it told. */
    default Optional<String> alarm(Map<String, Double> metrics) {
        return Optional.empty();
    }

    /**
     * Why a batch must not be learned from.
     *
     * @param reason for the user
     * @param lastGood the last step after which the weights are known to have been good
     */
    record Refusal(String reason, long lastGood) {}

    /** Whether {@link #refuses} may ever refuse: the weights before the first step are then worth a checkpoint. */
    default boolean mayRefuse() {
        return false;
    }

    /**
     * Looks at a batch before it is learned from; where it is refused, the run goes back to its last good checkpoint and ends.
     *
     * @param step how many were done
     */
    default Optional<Refusal> refuses(Batch<R> batch, long step) { return Optional.empty(); }

    /** Is told that the weights have changed, with the number of steps done. */
    default void stepped(long steps) {}

    /** Small state that goes from step to step and belongs into checkpoints. */
    default Map<String, Object> state() {
        return Map.of();
    }

    /** Tensors that go from step to step and belong into checkpoints, which put them back in place. */
    default Map<String, Tensor> tensors() {
        return Map.of();
    }

    /** Puts {@link #state} back; a key that is missing stays at its beginning. */
    default void restore(Map<String, Object> state) {}

    /** Lets go of what it alone holds; the model stays open. */
    @Override
    default void close() {}
}
