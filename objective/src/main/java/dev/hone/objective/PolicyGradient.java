package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.tensor.Tensor;
import java.util.Optional;

/** Pieces that the objectives on rollouts share. */
final class PolicyGradient {
    private PolicyGradient() {}

    /**
     * The range that a ratio is kept in.
     *
     * @param low ε below 1
     * @param high ε above 1
     */
    record Clip(double low, double high) {
        static Clip of(double epsilon, Optional<Double> high) { return new Clip(epsilon, high.orElse(epsilon)); }

        Tensor apply(Tensor ratios) { return ratios.clamp(1 - low, 1 + high); }

        /** 1 where an advantage below 0 meets a ratio below the range. */
        Tensor below(Tensor ratios, Tensor advantages) {
            return and(ratios.lt(1 - low), advantages.lt(0), ratios);
        }

        /** 1 where an advantage above 0 meets a ratio above the range. */
        Tensor above(Tensor ratios, Tensor advantages) {
            return and(ratios.gt(1 + high), advantages.gt(0), ratios);
        }
    }

    /** −min(ρA, clip(ρ)A): the clipped surrogate (arXiv 1707.06347, eq. 7), one number for each ratio. */
    static Tensor clipped(Tensor ratios, Tensor advantages, Clip clip) {
        return ratios.mul(advantages).minimum(clip.apply(ratios).mul(advantages)).neg();
    }

    /** −(a bonus for entropy), or nothing where its weight is 0. */
    static Tensor withEntropyBonus(Tensor loss, RolloutSignals s, double coefficient) {
        return coefficient == 0 ? loss : loss.sub(s.tokenMean(s.presentEntropy()).mul(coefficient));
    }

    /** TRL's {@code clip_ratio/*} of values per token; least and most are of whole completions' shares. */
    static Metrics clipRatios(Metrics metrics, RolloutSignals s, Tensor below, Tensor above) {
        metrics.mean("clip_ratio/low_mean", below, s.weights()).mean("clip_ratio/high_mean", above, s.weights())
                .mean("clip_ratio/region_mean", below.add(above), s.weights());
        return extremes(metrics, s, s.rowMeans(below), s.rowMeans(above));
    }

    /** The same of values per completion. */
    static Metrics rowClipRatios(Metrics metrics, RolloutSignals s, Tensor below, Tensor above) {
        Tensor counted = s.counted();
        metrics.mean("clip_ratio/low_mean", below, counted).mean("clip_ratio/high_mean", above, counted)
                .mean("clip_ratio/region_mean", below.add(above), counted);
        return extremes(metrics, s, below, above);
    }

    /** How far the policy has moved: the mean ratio and ½·mean (log π − log π_old)². */
    static Metrics moved(Metrics metrics, RolloutSignals s) {
        Tensor logRatios = s.logRatios();
        return metrics.mean("policy/approxkl_avg", logRatios.square().mul(0.5), s.weights()).mean("val/ratio",
                Logistic.boundedExp(logRatios), s.weights());
    }

    static Checks atLeastZero(Checks checks, String key, double value) {
        return checks.require(value >= 0 && value < Double.POSITIVE_INFINITY, key, value, "at least 0");
    }

    static Checks aboveZero(Checks checks, String key, double value) {
        return checks.require(value > 0 && value < Double.POSITIVE_INFINITY, key, value, "greater than 0");
    }

    /** Rules of a clipping range. */
    static Checks range(Checks checks, double epsilon, Optional<Double> high) {
        return checks.require(epsilon > 0 && epsilon < 1, "epsilon", epsilon, "between 0 and 1").require(
                high.stream().allMatch(value -> value > 0 && value < Double.POSITIVE_INFINITY), "epsilon_high", high,
                "greater than 0");
    }

    private static Metrics extremes(Metrics metrics, RolloutSignals s, Tensor below, Tensor above) {
        Tensor counted = s.counted();
        return metrics.min("clip_ratio/low_min", below.mul(counted).add(counted.neg().add(1)))
                .max("clip_ratio/high_max", above.mul(counted));
    }

    private static Tensor and(Tensor first, Tensor second, Tensor like) {
        return first.to(like.dtype()).mul(second.to(like.dtype()));
    }
}
