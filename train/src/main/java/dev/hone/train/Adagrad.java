package dev.hone.train;

import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tensor;
import java.util.List;

/** Adagrad as torch.optim.Adagrad has it, the learning rate's own decay left to the schedule. State: {@code sum}. */
public final class Adagrad extends SlottedOptimizer {
    private static final String SUM = "sum";
    private final Options options;

    /**
     * Hyper-parameters.
     *
     * @param epsilon added to the root of the sum of squared gradients
     * @param weightDecay joins the gradient, times the weight
     */
    public record Options(double epsilon, double weightDecay) {
        public Options {
            Require.atLeastZero("epsilon", epsilon);
            Require.atLeastZero("weight_decay", weightDecay);
        }
    }

    public Adagrad(List<Parameter> parameters, Options options) { this(Trainees.of(parameters), options); }

    Adagrad(Trainees trainees, Options options) {
        super(trainees, slot -> slot.addMoment(SUM));
        this.options = options;
    }

    @Override
    void update(List<OptimizerSlot> ready, double learningRate, double gradientScale) {
        for (OptimizerSlot slot : ready) {
            double decay = slot.decay(options.weightDecay);
            OptimizerChunk.each(slot, gradientScale, chunk -> {
                Tensor gradient = decay == 0 ? chunk.gradient() : chunk.gradient().add(chunk.weights().mul(decay));
                Tensor sum = chunk.moment(SUM);
                sum.addProductInPlace(gradient, gradient, 1);
                chunk.weights().addInPlace(gradient.div(sum.sqrt().add(options.epsilon)), -learningRate);
            });
        }
    }
}
