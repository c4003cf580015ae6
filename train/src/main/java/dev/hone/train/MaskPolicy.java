package dev.hone.train;

import dev.hone.model.Decoder;
import dev.hone.objective.MetricTotals;
import dev.hone.objective.TopMask;
import dev.hone.rollout.GuideTopP;
import dev.hone.rollout.Support;
import dev.hone.rollout.TokenSet;
import dev.hone.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The policy as it was some generations ago, which says what may be drawn (NLPO, arXiv 2210.01241). It is renewed right before
 * a generation draws, so that a step that was not taken changes nothing, and it is part of checkpoints.
 */
final class MaskPolicy implements AutoCloseable {
    private final PolicyCopy copy;
    private final TopMask settings;

    /** @param copy a second model of the policy's shape, which is taken over */
    MaskPolicy(Decoder copy, Decoder policy, TopMask settings) {
        this.copy = new PolicyCopy(copy, policy, "mask_policy");
        this.settings = settings;
    }

    /**
     * What a generation may draw, kept with each token that it draws. Renews the mask policy where that is due.
     *
     * @param generation its number, from 0
     * @param minNewTokens how long an answer is before it may end
     * @param ends tokens that end an answer
     */
    Support before(long generation, int minNewTokens, TokenSet ends) {
        if (settings.renewsBefore(generation)) {
            copy.follow(1);
        }
        return Support.WHOLE.withMinNewTokens(minNewTokens).withConstraint(new GuideTopP(copy.decoder(),
                settings.topMask(), settings.minTokensToKeep(), ends, minNewTokens)).keeping();
    }

    /** The pass that learns from what was drawn, with the mask policy in its checkpoints and its number in the metrics. */
    Pass<RolloutRow> beside(Pass<RolloutRow> pass, long stepsOfGeneration) {
        return new PassAround<>(pass) {
            @Override
            public Result train(Batch<RolloutRow> batch, long seed, long step) {
                Result result = super.train(batch, seed, step);
                double renewed = (double) (step / stepsOfGeneration / settings.targetUpdateIterations());
                return new Result(result.loss(),
                        result.metrics().plus(MetricTotals.mean("mask/refreshes", renewed, 1)));
            }

            @Override
            public Map<String, Tensor> tensors() {
                Map<String, Tensor> all = new LinkedHashMap<>(super.tensors());
                all.putAll(copy.tensors());
                return all;
            }
        };
    }

    @Override
    public void close() { copy.close(); }
}
