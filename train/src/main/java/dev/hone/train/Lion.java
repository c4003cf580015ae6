package dev.hone.train;

import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tensor;
import java.util.List;

/**
 * Lion (arXiv 2302.06675): every weight moves by the learning rate, along the sign of an average of gradient and momentum.
 * Wants a learning rate 3 to 10 times smaller, and a weight decay as much larger, than AdamW. State: {@code exp_avg}.
 */
public final class Lion extends SlottedOptimizer {
    private static final String MOMENTUM = "exp_avg";
    private final Options options;

    /**
     * Hyper-parameters.
     *
     * @param beta1 share of the momentum in the step's direction
     * @param beta2 decay of the momentum
     * @param weightDecay per step, times the learning rate
     */
    public record Options(double beta1, double beta2, double weightDecay) {
        public Options {
            Require.within("adam_beta1", beta1, 0, 1);
            Require.within("adam_beta2", beta2, 0, 1);
            Require.atLeastZero("weight_decay", weightDecay);
        }
    }

    public Lion(List<Parameter> parameters, Options options) { this(Trainees.of(parameters), options); }

    Lion(Trainees trainees, Options options) {
        super(trainees, slot -> slot.addMoment(MOMENTUM));
        this.options = options;
    }

    @Override
    void update(List<OptimizerSlot> ready, double learningRate, double gradientScale) {
        for (OptimizerSlot slot : ready) {
            double keep = 1 - learningRate * slot.decay(options.weightDecay);
            OptimizerChunk.each(slot, gradientScale, chunk -> {
                Tensor momentum = chunk.moment(MOMENTUM);
                Tensor direction = momentum.mul(options.beta1);
                direction.addInPlace(chunk.gradient(), 1 - options.beta1);
                if (keep != 1) {
                    chunk.weights().mulInPlace(keep);
                }
                chunk.weights().addInPlace(direction.sign(), -learningRate);
                momentum.mulInPlace(options.beta2);
                momentum.addInPlace(chunk.gradient(), 1 - options.beta2);
            });
        }
    }
}
