package dev.hone.train;

import dev.hone.objective.BoundedEstimate;
import dev.hone.objective.Experience;
import dev.hone.objective.Gae;
import dev.hone.objective.LagrangeMultiplier;
import dev.hone.objective.Lagrangian;
import java.util.Map;

/** Weighs costs against rewards by a multiplier that moves before each generation is learned from. */
final class CostBound {
    private final Gae gae;
    private LagrangeMultiplier multiplier;

    CostBound(Lagrangian settings, Gae gae) {
        this.gae = gae;
        this.multiplier = settings.start();
    }

    /**
     * @param episodeCosts of the answers, without the distance from the reference
     * @param metrics is told of the multiplier
     */
    BoundedEstimate of(double[] episodeCosts, Experience rewards, Experience costs, Map<String, Double> metrics) {
        multiplier = multiplier.after(episodeCosts);
        metrics.put("train/lambda", multiplier.lambda());
        metrics.put("train/episode_cost", multiplier.costs().stream().mapToDouble(cost -> cost).average().orElse(0));
        return BoundedEstimate.of(gae, multiplier, rewards, costs);
    }

    Map<String, Object> state() { return multiplier.toMap(); }

    void restore(Map<String, ?> state) { multiplier = multiplier.restored(state); }
}
