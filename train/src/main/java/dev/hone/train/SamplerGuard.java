package dev.hone.train;

import dev.hone.model.ModelException;
import dev.hone.tensor.DType;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Compares what the sampler drew with what the trainer reads, and the policy with a reference that is the same model, before
 * the first step: where they differ, ratios and distances are wrong from the beginning, and nothing that is learned can be
 * trusted.
 */
final class SamplerGuard extends PassAround<RolloutRow> {
    static final String DIFFERENCE = "sampling/sampling_logp_difference/mean";
    private static final String RATIO = "val/ratio";
    private static final String LENGTH = "completions/mean_length";
    private static final double WIDE = 1e-3;
    private static final double NARROW = 0.1;

    private final double bound;
    private final boolean sameReference;

    /**
     * @param dtype of forward and backward, which decides how near both must be: mean |Δ log π|, nats
     * @param sameReference whether the reference, where there is one, is the policy as it begins
     */
    SamplerGuard(Pass<RolloutRow> pass, DType dtype, boolean sameReference) {
        super(pass);
        this.bound = dtype == DType.FLOAT32 || dtype == DType.FLOAT64 ? WIDE : NARROW;
        this.sameReference = sameReference;
    }

    @Override
    public Result train(Batch<RolloutRow> batch, long seed, long step) {
        Result result = super.train(batch, seed, step);
        if (step == 0) {
            Map<String, Double> told = new HashMap<>(batch.told());
            told.putAll(result.metrics().reported());
            require("the sampler's log-probs differ from the trainer's by %.3g nats a token",
                    told.getOrDefault(DIFFERENCE, Double.NaN));
            require("the ratio of the policy to itself differs from 1 by %.3g", told.getOrDefault(RATIO, 1.0) - 1);
            if (sameReference && told.containsKey(KlGuard.DISTANCE)) {
                require("the policy is %.3g nats a token away from a reference that is the same model",
                        told.get(KlGuard.DISTANCE) / Math.max(1, told.getOrDefault(LENGTH, 1.0)));
            }
        }
        return result;
    }

    /** NaN is no small difference. */
    private void require(String what, double gap) {
        if (!(Math.abs(gap) <= bound)) {
            throw new ModelException(String.format(Locale.ROOT, what
                    + " before the first step, expected at most %.3g: generation, training and reference do not see the"
                    + " same distribution. Try dtype fp32, without top_k, top_p and min_p; where it stays, this is a"
                    + " mistake of Hone's, please report it", gap, bound));
        }
    }
}
