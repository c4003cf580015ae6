package dev.hone.train;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.reward.NamedReward;
import dev.hone.reward.RewardRules;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What answers cost, where that is bounded beside what they earn.
 *
 * @param cost costs by name, as rewards are
 * @param costModel one more: a cost model
 * @param costPenalty a fixed price, in place of the bound
 * @param costValueModel what a separate critic of costs begins as
 */
@SettingGroup("Costs")
public record CostSettings(
        @Setting(doc = "Costs by name with options and weights, as rewards are; above the threshold is too much.") List<String> cost,
        @Setting(aliases = "cost_model_path", doc = "Folder of a cost model whose score is a cost, too.") Optional<Path> costModel,
        @Setting(value = "", min = 0, doc = "Fixed price of costs in the rewards, R - cost_penalty * C, with one critic; none ="
                + " a multiplier that follows the bound, with a critic of its own for costs.") Optional<Double> costPenalty,
        @Setting(doc = "Folder of the model that a separate critic of costs begins as, such as the cost model; none = the"
                + " policy's own, with a fresh head.") Optional<Path> costValueModel) {

    public CostSettings {
        cost = List.copyOf(cost);
        new Checks().require(costPenalty.stream().allMatch(price -> price >= 0), "cost_penalty", costPenalty,
                "at least 0")
                .require(costPenalty.isEmpty() || costValueModel.isEmpty(), "cost_value_model", costValueModel,
                        "nothing with cost_penalty", "A fixed price needs no critic of costs.")
                .done();
    }

    /** Whether a multiplier follows the bound, rather than a fixed price. */
    boolean bounded() {
        return costPenalty.isEmpty();
    }

    /** Costs that are chosen, not yet open. */
    List<RewardRules.Chosen> chosen() {
        List<RewardRules.Chosen> all = new ArrayList<>();
        costModel.ifPresent(folder -> all.addAll(RewardRules.parse(List.of("model(path=\"" + folder + "\")"))));
        if (!cost.isEmpty()) {
            all.addAll(RewardRules.parse(cost));
        }
        return all;
    }

    /** @param given by the program */
    void require(List<NamedReward> given) {
        new Checks().require(!given.isEmpty() || costModel.isPresent() || !cost.isEmpty(), "cost", "nothing",
                "a cost, such as length(target=50), or cost_model", "Without one there is nothing to bound.").done();
    }
}
