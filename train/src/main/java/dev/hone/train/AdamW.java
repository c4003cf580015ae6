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
    }

    public AdamW(List<Parameter> parameters, Options options) {
        super(parameters, slot -> {
            slot.addMoment("exp_avg");
            slot.addMoment("exp_avg_sq");
            if (options.amsgrad) {
                slot.addMoment("max_exp_avg_sq");
            }
        });
        this.options = options;
    }

    @Override
    void update(List<OptimizerSlot> ready, double learningRate, double gradientScale) {
        FusedOptim.AdamRule rule = new FusedOptim.AdamRule(learningRate, options.beta1, options.beta2, options.epsilon,
                options.decoupled);
        List<FusedOptim.AdamPart> inOnePass = new ArrayList<>();
        for (OptimizerSlot slot : ready) {
            FusedOptim.AdamPart whole = whole(slot);
            if (options.decoupled && FusedOptim.onePass(whole)) {
                inOnePass.add(whole);
            } else {
                OptimizerChunk.each(slot, gradientScale, chunk -> FusedOptim.adam(part(slot, chunk), rule));
            }
        }
        FusedOptim.adamW(inOnePass, rule, gradientScale);
    }

    private FusedOptim.AdamPart whole(OptimizerSlot slot) {
        Optional<Tensor> largest = options.amsgrad ? Optional.of(slot.moment("max_exp_avg_sq")) : Optional.empty();
        return new FusedOptim.AdamPart(slot.weights(), slot.parameter().gradient().orElseThrow(),
                new FusedOptim.Moments(slot.moment("exp_avg"), slot.moment("exp_avg_sq"), largest, slot.steps()),
                slot.narrow() ? Optional.of(slot.parameter().value()) : Optional.empty(),
                slot.decay(options.weightDecay));
    }

    private FusedOptim.AdamPart part(OptimizerSlot slot, OptimizerChunk chunk) {
        Optional<Tensor> largest = options.amsgrad ? Optional.of(chunk.moment("max_exp_avg_sq")) : Optional.empty();
        return new FusedOptim.AdamPart(chunk.weights(), chunk.gradient(),
                new FusedOptim.Moments(chunk.moment("exp_avg"), chunk.moment("exp_avg_sq"), largest, slot.steps()),
                Optional.empty(), slot.decay(options.weightDecay));
    }
}
