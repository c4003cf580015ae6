package dev.hone.train;

import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tensor;
import java.util.List;

/** Stochastic gradient descent as torch.optim.SGD has it. State: {@code momentum_buffer} where there is momentum. */
public final class Sgd extends SlottedOptimizer {
    private static final String BUFFER = "momentum_buffer";
    private final Options options;

    /**
     * Hyper-parameters.
     *
     * @param momentum decay of the sum of past gradients; 0 = none is kept
     * @param nesterov whether the step looks ahead along that sum
     * @param weightDecay joins the gradient, times the weight
     */
    public record Options(double momentum, boolean nesterov, double weightDecay) {
        public Options {
            Require.within("momentum", momentum, 0, 1);
            Require.that(!nesterov || momentum > 0, "momentum", momentum, "a number above 0 with nesterov");
            Require.atLeastZero("weight_decay", weightDecay);
        }
    }

    public Sgd(List<Parameter> parameters, Options options) { this(Trainees.of(parameters), options); }

    Sgd(Trainees trainees, Options options) {
        super(trainees, slot -> {
            if (options.momentum > 0) {
                slot.addMoment(BUFFER);
            }
        });
        this.options = options;
    }

    @Override
    void update(List<OptimizerSlot> ready, double learningRate, double gradientScale) {
        for (OptimizerSlot slot : ready) {
            double decay = slot.decay(options.weightDecay);
            OptimizerChunk.each(slot, gradientScale,
                    chunk -> chunk.weights().addInPlace(direction(chunk, decay), -learningRate));
        }
    }

    private Tensor direction(OptimizerChunk chunk, double decay) {
        Tensor gradient = decay == 0 ? chunk.gradient() : chunk.gradient().add(chunk.weights().mul(decay));
        if (options.momentum == 0) {
            return gradient;
        }
        Tensor buffer = chunk.moment(BUFFER);
        buffer.mulInPlace(options.momentum);
        buffer.addInPlace(gradient);
        return options.nesterov ? gradient.add(buffer.mul(options.momentum)) : buffer;
    }
}
