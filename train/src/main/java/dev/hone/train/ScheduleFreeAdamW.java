package dev.hone.train;

import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tensor;
import java.util.List;

/**
 * Schedule-Free AdamW (arXiv 2405.15682, algorithm 1): instead of a falling learning rate, an average of all weights so far,
 * x. Gradients are taken at y = (1−β₁)·z + β₁·x, which is what the parameters hold while they train; steps go to z; the result,
 * which is evaluated and saved, is x. Wants a constant learning rate, with warm-up, and tolerates a larger one than AdamW.
 * Steps count in the average by the square of the largest learning rate so far.
 *
 * <p>State: {@code master} (x), {@code z}, {@code exp_avg_sq}, {@code weight_sum}, {@code lr_max}.
 */
public final class ScheduleFreeAdamW extends SlottedOptimizer {
    private static final String POINT = "z";
    private static final String SQUARES = "exp_avg_sq";
    private static final String SUM = "weight_sum";
    private static final String LARGEST_RATE = "lr_max";
    private final AdamW.Options options;

    public ScheduleFreeAdamW(List<Parameter> parameters, AdamW.Options options) {
        this(Trainees.of(parameters), options);
    }

    /** @throws IllegalArgumentException for options of Adam or AMSGrad */
    ScheduleFreeAdamW(Trainees trainees, AdamW.Options options) {
        super(trainees, true, slot -> {
            slot.addMoment(POINT);
            slot.moment(POINT).copyFrom(slot.weights());
            slot.addMoment(SQUARES);
            slot.addNumber(SUM);
            slot.addNumber(LARGEST_RATE);
        });
        Require.that(options.decoupled() && !options.amsgrad(), "schedule_free_adamw", options,
                "AdamW without AMSGrad");
        this.options = options;
    }

    @Override
    void update(List<OptimizerSlot> ready, double learningRate, double gradientScale) {
        for (OptimizerSlot slot : ready) {
            double share = share(slot, learningRate);
            double correction = Math.sqrt(1 - Math.pow(options.beta2(), slot.steps()));
            double decay = slot.decay(options.weightDecay());
            OptimizerChunk.each(slot, gradientScale, chunk -> {
                Tensor squares = chunk.moment(SQUARES);
                squares.mulInPlace(options.beta2());
                squares.addProductInPlace(chunk.gradient(), chunk.gradient(), 1 - options.beta2());
                Tensor z = chunk.moment(POINT);
                Tensor x = chunk.weights();
                Tensor step = chunk.gradient().div(squares.sqrt().div(correction).add(options.epsilon()));
                if (decay != 0) {
                    step.addInPlace(between(x, z), decay);
                }
                z.addInPlace(step, -learningRate);
                x.mulInPlace(1 - share);
                x.addInPlace(z, share);
            });
            show(slot);
        }
    }

    /** c: how much of the average is the new point. */
    private static double share(OptimizerSlot slot, double learningRate) {
        double largest = Math.max(slot.moment(LARGEST_RATE).item(), learningRate);
        double sum = slot.moment(SUM).item() + largest * largest;
        slot.moment(LARGEST_RATE).fill(largest);
        slot.moment(SUM).fill(sum);
        return sum == 0 ? 0 : largest * largest / sum;
    }

    /** y, made from x and z alone and in one way, so that a resumed run has the same. */
    private Tensor between(Tensor x, Tensor z) {
        Tensor y = z.mul(1 - options.beta1());
        y.addInPlace(x, options.beta1());
        return y;
    }

    @Override
    void show(OptimizerSlot slot) {
        OptimizerChunk.each(slot.parameter().value(), piece -> piece.of(slot.parameter().value())
                .copyFrom(between(piece.of(slot.weights()), piece.of(slot.moment(POINT)))));
    }

    @Override
    public void finished(boolean finished) { slots().forEach(finished ? OptimizerSlot::roundWhole : this::show); }

    @Override
    void assigned(OptimizerSlot slot) {
        slot.moment(POINT).copyFrom(slot.weights());
        show(slot);
    }
}
