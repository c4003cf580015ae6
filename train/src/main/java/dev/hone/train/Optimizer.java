package dev.hone.train;

import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tensor;
import java.util.Collection;
import java.util.Map;

/**
 * Turns the gradients of a set of parameters into new weights. It owns its running means and, for every parameter whose
 * value is narrower than float32, a float32 master copy: steps are added to the master, and the parameter's value receives it
 * rounded, so that steps smaller than the value's resolution add up instead of vanishing. State is float32, or float64 for
 * float64 parameters.
 *
 * <p>Weight decay is for matrices and embeddings; biases and norms (rank below 2) never decay. A parameter that holds no
 * gradient is left alone.
 */
public interface Optimizer extends AutoCloseable {
    /**
     * One step from the gradients that the parameters hold now; they are neither changed nor cleared.
     *
     * @param learningRate of this step
     * @param gradientScale multiplies every gradient as it is read: {@link GradientClip#factor}, for one
     * @throws IllegalArgumentException when either is not finite; nothing is changed then
     */
    void step(double learningRate, double gradientScale);

    /** As {@link #step(double, double)} for some of the parameters, whose step this is; the others are left alone. */
    void step(Collection<Parameter> parameters, double learningRate, double gradientScale);

    /** The weights that steps are added to: the master copy, or the parameter's own value where that is wide enough. */
    Tensor weights(Parameter parameter);

    /**
     * Replaces a parameter's weights by wider ones than its value can hold, for example those of a float32 checkpoint.
     *
     * @param weights the parameter's shape, any floating type
     */
    void assign(Parameter parameter, Tensor weights);

    /**
     * Whether the parameters' values shall be what training came to, for evaluating and saving, or what the next step's
     * gradient is taken at. They differ for optimizers that average ({@link ScheduleFreeAdamW}) only.
     */
    void finished(boolean finished);

    /**
     * Takes in which parameters train now: the state of those that do not any more is dropped, their values are what training
     * came to, and those that newly do begin with fresh state.
     */
    void follow();

    /**
     * Everything that a checkpoint must keep beside the weights, under {@code <parameter>.<what>}: {@code step} (int64, one
     * element), the moments by torch's names, and {@code master} where there is one. The tensors are the optimizer's own:
     * they change with the next step and must not be closed.
     */
    Map<String, Tensor> state();

    /**
     * Continues from a state; the values of parameters with a master copy follow it.
     *
     * @throws CheckpointException when names, shapes or types are not those of {@link #state}; nothing is changed then
     */
    void restore(Map<String, Tensor> state);

    /** Bytes of memory that the state takes. */
    long bytes();

    @Override
    void close();
}
