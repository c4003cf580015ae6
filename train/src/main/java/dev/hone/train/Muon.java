package dev.hone.train;

import dev.hone.tensor.Parameter;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import java.util.List;

/**
 * Muon (K. Jordan, kellerjordan.github.io/posts/muon, 2024): the momentum of a matrix is made nearly orthogonal, by 5 steps of a
 * Newton-Schulz iteration, before it is added, so that all its directions move alike. It is for the matrices inside of layers;
 * embeddings, heads, biases and norms are stepped by AdamW. Each matrix of a fused parameter is taken for itself.
 *
 * <p>An update is scaled by 0.2·√max(rows, columns), which gives it the root mean square of AdamW's updates (arXiv 2502.16982,
 * equation 4): one learning rate and one weight decay serve both. State: {@code momentum_buffer}, and AdamW's.
 */
public final class Muon extends SlottedOptimizer {
    private static final String BUFFER = "momentum_buffer";
    private static final int ITERATIONS = 5;
    private static final double[] POLYNOMIAL = {3.4445, -4.7750, 2.0315};
    private static final double LIKE_ADAM = 0.2;
    private static final double EPSILON = 1e-7;
    private final Options options;

    /**
     * Hyper-parameters.
     *
     * @param momentum decay of the mean of gradients, which is read in Nesterov's form
     * @param adam of what is no matrix inside of a layer; its weight decay is that of the matrices, too
     */
    public record Options(double momentum, AdamW.Options adam) {
        public Options {
            Require.within("momentum", momentum, 0, 1);
        }
    }

    public Muon(List<Parameter> parameters, Options options) { this(Trainees.of(parameters), options); }

    Muon(Trainees trainees, Options options) {
        super(trainees, slot -> {
            if (slot.innerMatrix()) {
                slot.addMoment(BUFFER);
            } else {
                AdamW.addMoments(slot, options.adam);
            }
        });
        this.options = options;
    }

    @Override
    void update(List<OptimizerSlot> ready, double learningRate, double gradientScale) {
        AdamW.update(ready.stream().filter(slot -> !slot.innerMatrix()).toList(), options.adam, learningRate,
                gradientScale);
        for (OptimizerSlot slot : ready.stream().filter(OptimizerSlot::innerMatrix).toList()) {
            double keep = 1 - learningRate * slot.decay(options.adam.weightDecay());
            for (Parameter.Slice slice : slot.parameter().slices()) {
                try (Scope scope = Scope.open()) {
                    Tensor weights = slot.parameter().part(slot.weights(), slice);
                    Tensor update = orthogonal(direction(slot, slice, gradientScale));
                    double scale = LIKE_ADAM * Math.sqrt(Math.max(weights.size(0), weights.size(1)));
                    if (keep != 1) {
                        weights.mulInPlace(keep);
                    }
                    weights.addInPlace(update, -learningRate * scale);
                }
            }
            slot.roundWhole();
        }
    }

    private Tensor direction(OptimizerSlot slot, Parameter.Slice slice, double gradientScale) {
        Tensor whole = slot.gradient();
        Tensor gradient = slot.parameter().part(whole, slice).to(slot.weights().dtype()).mul(gradientScale);
        Tensor buffer = slot.parameter().part(slot.moment(BUFFER), slice);
        buffer.mulInPlace(options.momentum);
        buffer.addInPlace(gradient, 1 - options.momentum);
        gradient.mulInPlace(1 - options.momentum);
        gradient.addInPlace(buffer, options.momentum);
        return gradient;
    }

    /** A matrix with the same singular vectors and singular values near 1, within about 0.7 and 1.2. */
    private static Tensor orthogonal(Tensor matrix) {
        boolean tall = matrix.size(0) > matrix.size(1);
        Tensor x = tall ? matrix.t() : matrix;
        x = x.div(x.square().sum().sqrt().add(EPSILON));
        for (int i = 0; i < ITERATIONS; i++) {
            Tensor from = x;
            x = Scope.tidy(() -> {
                Tensor square = from.matmul(from.t());
                Tensor factor = square.mul(POLYNOMIAL[1]);
                factor.addInPlace(square.matmul(square), POLYNOMIAL[2]);
                Tensor next = factor.matmul(from);
                next.addInPlace(from, POLYNOMIAL[0]);
                return next;
            });
        }
        return tall ? x.t() : x;
    }
}
