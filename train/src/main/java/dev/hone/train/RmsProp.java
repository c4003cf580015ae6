package dev.hone.train;

import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tensor;
import java.util.List;

/** RMSProp as torch.optim.RMSprop has it, without centring and momentum. State: {@code square_avg}. */
public final class RmsProp extends SlottedOptimizer {
    private static final String SQUARES = "square_avg";
    private final Options options;

    /**
     * Hyper-parameters.
     *
     * @param alpha decay of the mean of squared gradients
     * @param epsilon added to its root
     * @param weightDecay joins the gradient, times the weight
     */
    public record Options(double alpha, double epsilon, double weightDecay) {
        public Options {
            Require.within("alpha", alpha, 0, 1);
            Require.atLeastZero("epsilon", epsilon);
            Require.atLeastZero("weight_decay", weightDecay);
        }
    }

    public RmsProp(List<Parameter> parameters, Options options) { this(Trainees.of(parameters), options); }

    RmsProp(Trainees trainees, Options options) {
        super(trainees, slot -> slot.addMoment(SQUARES));
        this.options = options;
    }

    @Override
    void update(List<OptimizerSlot> ready, double learningRate, double gradientScale) {
        for (OptimizerSlot slot : ready) {
            double decay = slot.decay(options.weightDecay);
            OptimizerChunk.each(slot, gradientScale, chunk -> {
                Tensor gradient = decay == 0 ? chunk.gradient() : chunk.gradient().add(chunk.weights().mul(decay));
                Tensor squares = chunk.moment(SQUARES);
                squares.mulInPlace(options.alpha);
                squares.addProductInPlace(gradient, gradient, 1 - options.alpha);
                chunk.weights().addInPlace(gradient.div(squares.sqrt().add(options.epsilon)), -learningRate);
            });
        }
    }
}
