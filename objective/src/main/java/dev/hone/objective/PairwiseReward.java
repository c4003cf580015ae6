package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.tensor.Tensor;

/**
 * Reward model on pairs (Bradley-Terry; arXiv 2203.02155, eq. 1): −log σ(r_w − r_l − margin) + c·(r_w + r_l)² + λ·½(r_w² + r_l²),
 * mean over the pairs of the step.
 *
 * <p>Choices where sources differ: the margin (Llama 2, arXiv 2307.09288, eq. 2) is used where the data has one; the centring term
 * (arXiv 2312.09244) is TRL's, the L2 term that of Open-Assistant and Safe-RLHF; smoothing treats a share of the labels as wrong.
 */
@SettingGroup("Objective: pairwise reward model")
public record PairwiseReward(
        @Setting(value = "0", min = 0, doc = "Weight of the squared sum of both scores, which keeps scores around 0; 0.01 is usual.") double centerRewardsCoefficient,
        @Setting(value = "0", min = 0, doc = "Weight of the mean squared score; 0.001 is usual.") double rewardL2,
        @Setting(value = "0", min = 0, max = 0.5, doc = "Assumed share of wrong labels.") double labelSmoothing)
        implements
            Objective<ScorePairSignals> {

    public PairwiseReward {
        new Checks().require(
                centerRewardsCoefficient >= 0 && centerRewardsCoefficient < Double.POSITIVE_INFINITY,
                "center_rewards_coefficient", centerRewardsCoefficient, "at least 0")
                .require(rewardL2 >= 0 && rewardL2 < Double.POSITIVE_INFINITY, "reward_l2", rewardL2, "at least 0")
                .require(labelSmoothing >= 0 && labelSmoothing <= 0.5, "label_smoothing", labelSmoothing, "0 to 0.5")
                .done();
    }

    @Override
    public Loss compute(ScorePairSignals s) {
        Tensor gap = s.chosen().sub(s.rejected());
        Tensor preference = Logistic.smoothed(s.margins().map(gap::sub).orElse(gap), labelSmoothing);
        Tensor centring = s.chosen().add(s.rejected()).square().mul(centerRewardsCoefficient);
        Tensor size = s.chosen().square().add(s.rejected().square()).mul(0.5 * rewardL2);
        return new Loss(preference.add(centring).add(size).sum().div(s.totals().rows()));
    }

    @Override
    public Metrics metrics(ScorePairSignals s) { return Scores.ofPairs(s.chosen(), s.rejected()); }
}
