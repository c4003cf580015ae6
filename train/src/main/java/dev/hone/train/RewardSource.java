package dev.hone.train;

import dev.hone.reward.NamedReward;
import dev.hone.reward.RewardRules;
import dev.hone.reward.Rewards;
import java.util.ArrayList;
import java.util.List;

/**
 * The rewards of a run, or its costs: those that its settings name, opened when the run begins, and those of the program.
 */
final class RewardSource {
    private final RewardSettings settings;
    private final ModelSettings model;
    private final List<RewardRules.Chosen> chosen;
    private final List<NamedReward> given;
    private final boolean gated;
    private final List<NamedReward> opened = new ArrayList<>();

    /** @throws dev.hone.config.ConfigException with everything that is wrong with the settings */
    RewardSource(RewardSettings settings, ModelSettings model, List<NamedReward> given) {
        this(settings, model, settings.chosen(), given, true);
        settings.require(given);
    }

    private RewardSource(RewardSettings settings, ModelSettings model, List<RewardRules.Chosen> chosen,
            List<NamedReward> given, boolean gated) {
        this.settings = settings;
        this.model = model;
        this.chosen = chosen;
        this.given = List.copyOf(given);
        this.gated = gated;
    }

    /**
     * Costs, which take as long as rewards may, and are as complete.
     *
     * @throws dev.hone.config.ConfigException with everything that is wrong with the settings
     */
    static RewardSource costs(JobSettings settings, List<NamedReward> given) {
        CostSettings costs = settings.own(CostSettings.class);
        costs.require(given);
        return new RewardSource(settings.own(RewardSettings.class), settings.model(), costs.chosen(), given, false);
    }

    /** Opens what the settings name; the caller closes what is returned. */
    List<AutoCloseable> open() {
        List<AutoCloseable> owned = new ArrayList<>();
        opened.clear();
        try {
            for (RewardRules.Chosen each : chosen) {
                NamedReward reward = each.open();
                opened.add(reward);
                if (reward.function() instanceof AutoCloseable closeable) {
                    owned.add(closeable);
                }
            }
            settings.gateData().filter(data -> gated).ifPresent(data -> RewardGate.require(settings, data, model));
            return owned;
        } catch (RuntimeException e) {
            owned.forEach(OwningPass::close);
            throw e;
        }
    }

    /** All of them; call {@link #open} before. */
    Rewards rewards() {
        List<NamedReward> all = new ArrayList<>(opened);
        all.addAll(given);
        return settings.rewards(all);
    }
}
