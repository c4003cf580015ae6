package dev.hone.train;

import dev.hone.tensor.Parameter;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Adafactor (arXiv 1804.04235) as transformers has it, without its first moment: a matrix keeps one mean of squares per row
 * and one per column instead of one per weight. Each matrix of a fused parameter has statistics of its own, as if it stood
 * alone. State: {@code exp_avg_sq_row} and {@code exp_avg_sq_col} of a matrix, {@code exp_avg_sq} of a vector.
 */
public final class Adafactor extends SlottedOptimizer {
    private static final String ROWS = "exp_avg_sq_row";
    private static final String COLUMNS = "exp_avg_sq_col";
    private static final String WHOLE = "exp_avg_sq";
    private final Options options;

    /**
     * Hyper-parameters.
     *
     * @param epsilon added to squared gradients
     * @param clipThreshold root mean square above which an update is scaled down
     * @param decayRate exponent by which the means of squares grow longer: β₂ = 1 - stepᵈᵉᶜᵃʸ
     * @param weightDecay per step, times the learning rate
     * @param rate where the learning rate comes from
     */
    public record Options(double epsilon, double clipThreshold, double decayRate, double weightDecay, Rate rate) {
        public Options {
            Require.atLeastZero("epsilon", epsilon);
            Require.that(clipThreshold > 0, "clip_threshold", clipThreshold, "a number above 0");
            Require.that(decayRate < 0, "decay_rate", decayRate, "a number below 0");
            Require.atLeastZero("weight_decay", weightDecay);
        }

        /** What transformers' trainer sets for {@code optim: adafactor}: the given learning rate, as it is. */
        public static Options given(double weightDecay) {
            return new Options(1e-30, 1, -0.8, weightDecay, new Rate(false, 1e-3, false, false));
        }
    }

    /**
     * Where the learning rate comes from.
     *
     * @param scaleParameter whether it is multiplied by the root mean square of the weights
     * @param leastScale the least that this factor can be
     * @param relativeStep whether it falls as 1/√step from 0.01 by itself; the rate given to {@link #step} is unused then
     * @param warmupInit whether such a rate also rises from 1e-6 per step
     */
    public record Rate(boolean scaleParameter, double leastScale, boolean relativeStep, boolean warmupInit) {
        public Rate {
            Require.atLeastZero("least_scale", leastScale);
            Require.that(!warmupInit || relativeStep, "relative_step", relativeStep, "true with warmup_init");
        }

        double at(long step, double given) {
            double most = warmupInit ? 1e-6 * step : 1e-2;
            return relativeStep ? Math.min(most, 1 / Math.sqrt(step)) : given;
        }
    }

    public Adafactor(List<Parameter> parameters, Options options) { this(Trainees.of(parameters), options); }

    Adafactor(Trainees trainees, Options options) {
        super(trainees, slot -> slot.parameter().slices().forEach(slice -> addState(slot, slice)));
        this.options = options;
    }

    private static void addState(OptimizerSlot slot, Parameter.Slice slice) {
        try (Scope scope = Scope.open()) {
            long[] shape = slot.parameter().part(slot.weights(), slice).shape();
            int last = shape.length - 1;
            if (last < 1) {
                slot.addMoment(slice.name(), WHOLE, shape);
                return;
            }
            long[] columns = Arrays.copyOf(shape, last);
            columns[last - 1] = shape[last];
            slot.addMoment(slice.name(), ROWS, Arrays.copyOf(shape, last));
            slot.addMoment(slice.name(), COLUMNS, columns);
        }
    }

    @Override
    void update(List<OptimizerSlot> ready, double learningRate, double gradientScale) {
        for (OptimizerSlot slot : ready) {
            for (Parameter.Slice slice : slot.parameter().slices()) {
                try (Scope scope = Scope.open()) {
                    update(slot, slice, learningRate, gradientScale);
                }
            }
            slot.roundWhole();
        }
    }

    private void update(OptimizerSlot slot, Parameter.Slice slice, double learningRate, double gradientScale) {
        Tensor weights = slot.parameter().part(slot.weights(), slice);
        Tensor wide = slot.parameter().part(slot.gradient(), slice).to(weights.dtype());
        Tensor gradient = gradientScale == 1 ? wide : wide.mul(gradientScale);
        double rate = options.rate.at(slot.steps(), learningRate);
        double decay = slot.decay(options.weightDecay);
        Tensor update = gradient.mul(inverseRoot(slot, slice, gradient));
        update.divInPlace(rms(update).div(options.clipThreshold).clampMin(1));
        if (decay != 0) {
            update.addInPlace(weights, decay);
        }
        if (options.rate.scaleParameter) {
            update.mulInPlace(rms(weights).clampMin(options.rate.leastScale));
        }
        weights.addInPlace(update, -rate);
    }

    /** 1/√ of the estimated mean of squares, of a shape that broadcasts to the gradient's. */
    private Tensor inverseRoot(OptimizerSlot slot, Parameter.Slice slice, Tensor gradient) {
        double beta = 1 - Math.pow(slot.steps(), options.decayRate);
        Tensor squares = gradient.square().add(options.epsilon);
        if (gradient.rank() < 2) {
            return follow(slot.moment(slice.name(), WHOLE), squares, beta).rsqrt();
        }
        Tensor rows = follow(slot.moment(slice.name(), ROWS), squares.mean(-1, false), beta);
        Tensor columns = follow(slot.moment(slice.name(), COLUMNS), squares.mean(-2, false), beta);
        return rows.div(rows.mean(-1, true)).rsqrt().unsqueeze(-1).mul(columns.unsqueeze(-2).rsqrt());
    }

    private static Tensor follow(Tensor mean, Tensor now, double beta) {
        mean.mulInPlace(beta);
        mean.addInPlace(now, 1 - beta);
        return mean;
    }

    private static Tensor rms(Tensor tensor) { return tensor.square().mean().sqrt(); }
}
