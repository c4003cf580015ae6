package dev.hone.objective;

import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import java.util.Optional;

/**
 * A natural-gradient step with a backtracking search (arXiv 1502.05477, appendix C): the direction s solves F·s = −g, its length √(2·δ / sᵀFs)
 * reaches the bound δ of the KL if that were quadratic, and it is shortened until the KL is below δ and the loss below what it was.
 *
 * @param targetKl δ, nats
 * @param solver for the direction; its damping belongs to F
 * @param shrink factor between two lengths
 * @param tries how many lengths
 */
public record TrustRegion(double targetKl, ConjugateGradient solver, double shrink, int tries) {

    /** What is minimised, as a function of a step [K] from the present parameters. */
    public interface Problem {
        /** [K] the gradient g of the loss, here. */
        Tensor gradient();

        /** [K] the second derivative of the KL, here, times a vector. */
        Tensor fisher(Tensor vector);

        /** Loss and KL there; the parameters are left where they were. */
        Trial at(Tensor step);
    }

    /**
     * A place.
     *
     * @param loss the loss
     * @param kl from the old policy, nats
     */
    public record Trial(double loss, double kl) {}

    /**
     * @param loss the loss, here
     * @return [K] the step to take, owned by the caller's scope; empty where no length will do, and the parameters should stay
     */
    public Optional<Tensor> step(Problem problem, double loss) {
        Tensor gradient = problem.gradient();
        Tensor direction = solver.solve(problem::fisher, gradient.neg());
        double curvature = curvature(problem, direction);
        if (!(curvature > 0)) {
            return Optional.empty();
        }
        double length = Math.sqrt(2 * targetKl / curvature);
        for (int i = 0; i < tries; i++) {
            Tensor step = direction.mul(length * Math.pow(shrink, i));
            Trial trial = problem.at(step);
            if (trial.kl() < targetKl && trial.loss() < loss) {
                return Optional.of(step);
            }
            step.close();
        }
        return Optional.empty();
    }

    private double curvature(Problem problem, Tensor direction) {
        try (Scope scope = Scope.open()) {
            return ConjugateGradient.dot(direction, solver.damped(problem::fisher, direction));
        }
    }
}
