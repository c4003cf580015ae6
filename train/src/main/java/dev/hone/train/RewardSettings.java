package dev.hone.train;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.reward.MissingScores;
import dev.hone.reward.NamedReward;
import dev.hone.reward.RewardLimits;
import dev.hone.reward.RewardRules;
import dev.hone.reward.Rewards;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What answers are worth.
 *
 * @param reward rewards by name, see {@link RewardRules}
 * @param rewardModel one more: a reward model
 * @param gateAccuracy what the reward model must reach on {@code gateData}
 */
@SettingGroup("Rewards")
public record RewardSettings(
        @Setting(aliases = "reward_funcs", doc = "Rewards by name with options and weights, such as numeric_match:2,"
                + " length(target=50):0.1; docs/rewards.md lists them.") List<String> reward,
        @Setting(aliases = "reward_model_path", doc = "Folder of a reward model whose score is a reward, too.") Optional<Path> rewardModel,
        @Setting(value = "10", above = 0, doc = "Seconds that a reward may take for one answer.") double rewardTimeout,
        @Setting(value = "leave_out", doc = "What becomes of an answer that one of several rewards could not score: leave_out,"
                + " or the sum of the others.") MissingScores missingScores,
        @Setting(value = "false", doc = "Divide rewards by the standard deviation of all rewards so far; their mean is not taken off"
                + " (trlX's scale_reward: running).") boolean scaleRewardsRunning,
        @Setting(doc = "Pairs on which the reward model must be right in gate_accuracy of all cases before the policy learns"
                + " from it.") Optional<Path> gateData,
        @Setting(value = "0.6", above = 0, max = 1, doc = "Share of gate_data's pairs that the reward model must order right.") double gateAccuracy) {

    public RewardSettings {
        reward = List.copyOf(reward);
        new Checks().require(gateData.isEmpty() || rewardModel.isPresent(), "gate_data", gateData,
                "nothing without reward_model", "A gate is for a reward model.").done();
    }

    /** Rewards that are chosen, not yet open: every mistake in the text is told before a model is read. */
    List<RewardRules.Chosen> chosen() {
        List<RewardRules.Chosen> all = new ArrayList<>();
        rewardModel.ifPresent(folder -> all.addAll(RewardRules.parse(List.of("model(path=\"" + folder + "\")"))));
        if (!reward.isEmpty()) {
            all.addAll(RewardRules.parse(reward));
        }
        return all;
    }

    /** @param given by the program */
    void require(List<NamedReward> given) {
        new Checks().require(!given.isEmpty() || rewardModel.isPresent() || !reward.isEmpty(), "reward", "nothing",
                "a reward, such as numeric_match, or reward_model", "Without one there is nothing to learn from.")
                .done();
    }

    Rewards rewards(List<NamedReward> opened) {
        return new Rewards(opened, new RewardLimits(Duration.ofMillis(Math.round(rewardTimeout * 1000)), 4),
                missingScores);
    }
}
