package dev.hone.train;

import dev.hone.tensor.FusedOptim;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * AdamW (arXiv 1711.05101), Adam with L2 decay (arXiv 1412.6980) and AMSGrad (arXiv 1904.09237), as torch.optim has them.
 * State: {@code exp_avg}, {@code exp_avg_sq} and, for AMSGrad, {@code max_exp_avg_sq}.
 */
public final class AdamW extends SlottedOptimizer {
    static final String FIRST = "exp_avg";
    static final String SECOND = "exp_avg_sq";
    private static final String LARGEST = "max_exp_avg_sq";
    private final Options options;

    /**
     * Hyper-parameters.
     *
     * @param beta1 decay of the mean of gradients
     * @param beta2 decay of the mean of their squares
     * @param epsilon added to the root of that mean
     * @param weightDecay per step, times the learning rate
     * @param decoupled whether decay shrinks the weight itself; if not, it joins the gradient
     * @param amsgrad whether the largest mean of squares so far divides
     */
    public record Options(double beta1, double beta2, double epsilon, double weightDecay, boolean decoupled,
            boolean amsgrad) {
        public Options {
            Require.within("adam_beta1", beta1, 0, 1);
            Require.within("adam_beta2", beta2, 0, 1);
            Require.atLeastZero("adam_epsilon", epsilon);
            Require.atLeastZero("weight_decay", weightDecay);
        }

        public Options(double beta1, double beta2, double epsilon, double weightDecay) {
            this(beta1, beta2, epsilon, weightDecay, true, false);
        }

        FusedOptim.AdamRule rule(double learningRate) {
            return new FusedOptim.AdamRule(learningRate, beta1, beta2, epsilon, decoupled);
        }
    }

    public AdamW(List<Parameter> parameters, Options options) { this(Trainees.of(parameters), options); }

    AdamW(Trainees trainees, Options options) {
        super(trainees, slot -> addMoments(slot, options));
        this.options = options;
    }

    static void addMoments(OptimizerSlot slot, Options options) {
        slot.addMoment(FIRST);
        slot.addMoment(SECOND);
        if (options.amsgrad) {
            slot.addMoment(LARGEST);
        }
    }

    @Override
    void update(List<OptimizerSlot> ready, double learningRate, double gradientScale) {
        update(ready, options, learningRate, gradientScale);
    }

    /** Steps slots to which {@link #addMoments} gave their state. */
    static void update(List<OptimizerSlot> ready, Options options, double learningRate, double gradientScale) {
        FusedOptim.AdamRule rule = options.rule(learningRate);
        List<FusedOptim.AdamPart> inOnePass = new ArrayList<>();
        for (OptimizerSlot slot : ready) {
            Optional<FusedOptim.AdamPart> whole = options.decoupled && !slot.away()
                    ? Optional.of(whole(slot, options)).filter(FusedOptim::onePass)
                    : Optional.empty();
            if (whole.isPresent()) {
                inOnePass.add(whole.get());
            } else {
                OptimizerChunk.each(slot, gradientScale, chunk -> FusedOptim.adam(part(slot, chunk, options), rule));
            }
        }
        FusedOptim.adamW(inOnePass, rule, gradientScale);
    }

    private static FusedOptim.AdamPart whole(OptimizerSlot slot, Options options) {
        Optional<Tensor> largest = options.amsgrad ? Optional.of(slot.moment(LARGEST)) : Optional.empty();
        return new FusedOptim.AdamPart(slot.weights(), slot.gradient(),
                new FusedOptim.Moments(slot.moment(FIRST), slot.moment(SECOND), largest, slot.steps()),
                slot.apart() ? Optional.of(slot.parameter().value()) : Optional.empty(),
                slot.decay(options.weightDecay));
    }

    private static FusedOptim.AdamPart part(OptimizerSlot slot, OptimizerChunk chunk, Options options) {
        Optional<Tensor> largest = options.amsgrad ? Optional.of(chunk.moment(LARGEST)) : Optional.empty();
        return new FusedOptim.AdamPart(chunk.weights(), chunk.gradient(),
                new FusedOptim.Moments(chunk.moment(FIRST), chunk.moment(SECOND), largest, slot.steps()),
                Optional.empty(), slot.decay(options.weightDecay));
    }
}
