package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.util.List;
import java.util.Optional;

/**
 * How the score of a completion becomes rewards of its tokens: r_t = −β·KL_t + [t is the last]·R (arXiv 1909.08593, eq. 2), the KL as
 * {@link KlEstimator} names it.
 *
 * <p>Choices where sources differ: the score is at the last token itself, where TRL from 0.12 has it one place later; penalty first, then the
 * bounds of the score, as TRL; bounds of the tokens' rewards last, as Safe-RLHF.
 */
@SettingGroup("Reward shaping")
public record RewardShaping(
        @Setting(value = "k1", doc = "How the distance from the reference is measured.") KlEstimator klEstimator,
        @Setting(value = "", min = 0, doc = "Taken off the score of a completion that did not come to its end.") Optional<Double> missingEosPenalty,
        @Setting(value = "", doc = "Least and largest score, two numbers.") List<Double> rewardClipRange,
        @Setting(value = "", above = 0, doc = "Largest size of a token's reward, distance included.") Optional<Double> tokenRewardClip) {

    public RewardShaping {
        rewardClipRange = List.copyOf(rewardClipRange);
        boolean two = rewardClipRange.size() == 2;
        new Checks().require(missingEosPenalty.stream().allMatch(value -> value >= 0), "missing_eos_penalty",
                missingEosPenalty, "at least 0")
                .require(rewardClipRange.isEmpty() || two, "reward_clip_range", rewardClipRange, "two numbers or none")
                .require(!two || rewardClipRange.getFirst() <= rewardClipRange.getLast(), "reward_clip_range",
                        rewardClipRange, "the smaller number first")
                .require(tokenRewardClip.stream().allMatch(value -> value > 0), "token_reward_clip", tokenRewardClip,
                        "greater than 0")
                .done();
    }

    /** The score with penalty and bounds; NaN stays NaN. */
    public double score(double raw, boolean ended) {
        double less = ended ? raw : raw - missingEosPenalty.orElse(0.0);
        return rewardClipRange.isEmpty() || Double.isNaN(less)
                ? less
                : Math.clamp(less, rewardClipRange.getFirst(), rewardClipRange.getLast());
    }

    /**
     * The rewards of a completion's tokens.
     *
     * @param score as {@link #score} made it
     * @param beta the weight of the distance
     * @param kl the distance at each token, nats
     */
    public double[] rewards(double score, double beta, double[] kl) {
        double[] rewards = new double[kl.length];
        for (int t = 0; t < rewards.length; t++) {
            double reward = -beta * kl[t] + (t == rewards.length - 1 ? score : 0);
            rewards[t] = tokenRewardClip.isEmpty() || Double.isNaN(reward)
                    ? reward
                    : Math.clamp(reward, -tokenRewardClip.get(), tokenRewardClip.get());
        }
        return rewards;
    }
}
