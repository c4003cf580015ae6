package dev.hone.train;

import dev.hone.tensor.FusedOptim;
import dev.hone.tensor.Parameter;
import java.util.Collection;
import java.util.Optional;

/**
 * Clipping by the global norm, as torch.nn.utils.clip_grad_norm_ does it, but without a pass that scales: the factor goes to
 * {@link Optimizer#step}.
 */
public final class GradientClip {
    /** torch's guard against division by a norm of 0. */
    private static final double EPSILON = 1e-6;

    private GradientClip() {}

    /**
     * √Σ g² over every gradient that the parameters hold, 0 where there is none. NaN or infinite when a gradient is: then no
     * step must be taken.
     */
    public static double norm(Collection<Parameter> parameters) {
        return Math.sqrt(FusedOptim.sumOfSquares(
                parameters.stream().map(Parameter::gradient).flatMap(Optional::stream).toList()));
    }

    /**
     * What to multiply gradients by so that their norm is at most {@code maxNorm}; never above 1.
     *
     * @param norm from {@link #norm}
     * @param maxNorm {@code max_grad_norm}; 0 = do not clip
     * @throws IllegalArgumentException for a norm that is not finite
     */
    public static double factor(double norm, double maxNorm) {
        Require.atLeastZero("the gradient norm", norm);
        Require.atLeastZero("max_grad_norm", maxNorm);
        return maxNorm == 0 ? 1 : Math.min(1, maxNorm / (norm + EPSILON));
    }
}
