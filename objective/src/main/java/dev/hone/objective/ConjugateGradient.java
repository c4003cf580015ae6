package dev.hone.objective;

import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.function.UnaryOperator;

/**
 * Solves (M + d·I)·x = b for a symmetric, positive matrix that is known by its products alone (Hestenes and Stiefel 1952), from x = 0.
 *
 * @param maxSteps products at most
 * @param tolerance squared length of the residual at which x is good enough
 * @param damping d
 */
public record ConjugateGradient(int maxSteps, double tolerance, double damping) {

    /**
     * @param product [K] → [K], M times a vector; it may keep none of its results
     * @param b [K]
     * @return [K] x, owned by the caller's scope
     */
    public Tensor solve(UnaryOperator<Tensor> product, Tensor b) {
        return Scope.tidy(() -> {
            Tensor x = Tensors.zerosLike(b);
            Tensor residual = b.copy();
            Tensor direction = b.copy();
            double square = dot(residual, residual);
            for (int step = 0; step < maxSteps && square > tolerance; step++) {
                try (Scope scope = Scope.open()) {
                    Tensor image = damped(product, direction);
                    double length = square / dot(direction, image);
                    x.addInPlace(direction, length);
                    residual.addInPlace(image, -length);
                }
                double next = dot(residual, residual);
                direction.mulInPlace(next / square);
                direction.addInPlace(residual);
                square = next;
            }
            return x;
        });
    }

    /** [K] (M + d·I) times a vector. */
    Tensor damped(UnaryOperator<Tensor> product, Tensor vector) {
        return product.apply(vector).add(vector.mul(damping));
    }

    static double dot(Tensor first, Tensor second) {
        try (Scope scope = Scope.open()) {
            return first.mul(second).sum().item();
        }
    }
}
