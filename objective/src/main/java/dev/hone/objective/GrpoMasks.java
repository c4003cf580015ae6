package dev.hone.objective;

import dev.hone.tensor.Tensor;

/** Which tokens {@link Grpo} leaves out of the policy loss. */
final class GrpoMasks {
    private GrpoMasks() {}

    static Tensor apply(Tensor perToken, RolloutSignals s, Grpo settings) {
        Tensor near = settings.offPolicyMaskThreshold().map(most -> perToken.mul(near(s, most))).orElse(perToken);
        return settings.topEntropyQuantile() < 1 ? near.mul(uncertain(s, settings.topEntropyQuantile())) : near;
    }

    /** [P] 0 for the tokens of bad completions from which the policy has moved further than this. */
    private static Tensor near(RolloutSignals s, double most) {
        Tensor far = s.rowMeans(s.logRatios().detach().neg()).gt(most).to(s.weights().dtype());
        Tensor bad = s.rowMeans(s.advantages()).lt(0).to(s.weights().dtype());
        return s.spread(far.mul(bad).neg().add(1));
    }

    /** [P] 1 for tokens whose entropy is at least the (1 − share) quantile, interpolated, of those that count. */
    private static Tensor uncertain(RolloutSignals s, double share) {
        Tensor entropy = s.presentEntropy().detach();
        long count = (long) s.weights().gt(0).to(entropy.dtype()).sum().item();
        if (count == 0) {
            return s.weights();
        }
        Tensor sorted = entropy.maskedFill(s.weights().gt(0).not(), Double.POSITIVE_INFINITY).sort(0, false).values();
        double at = (1 - share) * (count - 1);
        long below = (long) Math.floor(at);
        long above = Math.min(below + 1, count - 1);
        Tensor low = sorted.select(0, below);
        Tensor threshold = low.add(sorted.select(0, above).sub(low).mul(at - below));
        return entropy.ge(threshold).to(entropy.dtype());
    }
}
