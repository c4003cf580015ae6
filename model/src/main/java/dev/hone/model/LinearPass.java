package dev.hone.model;

import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/** A forward pass of a {@link Linear} whose caller takes the gradient itself. */
interface LinearPass {

    /** [T, O]. */
    Tensor output();

    /**
     * Lets the parameters collect their gradients.
     *
     * @param gradient of the output, [T, O]
     * @param wanted whether the gradient of the rows is
     * @return that of the rows, [T, I], where it is wanted
     */
    Optional<Tensor> backward(Tensor gradient, boolean wanted);

    /** What backward reads, besides the rows and the output. */
    List<Tensor> kept();

    /** A pass of a projection without a bias and without an adapter, whose matrix is stored [O, I]. */
    record Plain(Linear linear, Tensor x, Tensor output) implements LinearPass {

        @Override
        public Optional<Tensor> backward(Tensor gradient, boolean wanted) {
            Parameter weight = linear.weight();
            if (weight.trainable()) {
                weight.accumulate(gradient.t().matmul(x));
            }
            return wanted ? Optional.of(linear.inputGradient(gradient)) : Optional.empty();
        }

        @Override
        public List<Tensor> kept() { return List.of(); }
    }
}
