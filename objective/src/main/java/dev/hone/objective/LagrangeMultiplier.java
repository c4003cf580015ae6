package dev.hone.objective;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The multiplier of {@link Lagrangian} at one moment.
 *
 * @param settings its rules
 * @param eta η = log λ
 * @param steps taken so far
 * @param costs of the newest episodes, the oldest first
 */
public record LagrangeMultiplier(Lagrangian settings, double eta, long steps, List<Double> costs) {
    private static final String ETA = "eta";
    private static final String STEPS = "steps";
    private static final String COSTS = "costs";

    public LagrangeMultiplier {
        costs = List.copyOf(costs);
    }

    /** λ. */
    public double lambda() { return Math.exp(eta); }

    /**
     * With the costs of a step's episodes, before the policy learns from them: η + lr·(mean of the newest costs − threshold)·λ, at most
     * log λ_max. Costs are those of the cost model alone, without the distance from the reference; NaN is left out.
     */
    public LagrangeMultiplier after(double... episodeCosts) {
        List<Double> all = new ArrayList<>(costs);
        for (double cost : episodeCosts) {
            if (!Double.isNaN(cost)) {
                all.add(cost);
            }
        }
        List<Double> newest = all.subList(Math.max(0, all.size() - settings.episodeCostWindowSize()), all.size());
        boolean moves = steps >= settings.lambdaUpdateDelaySteps() && !newest.isEmpty();
        double excess = newest.stream().mapToDouble(cost -> cost).average().orElse(0) - settings.threshold();
        double next = moves ? eta + settings.lambdaLr() * excess * lambda() : eta;
        return new LagrangeMultiplier(settings, Math.min(next, Math.log(settings.lambdaMax())), steps + 1, newest);
    }

    /** (A of the rewards − λ·A of the costs)/(1 + λ), token by token. */
    public double[][] combined(double[][] rewardAdvantages, double[][] costAdvantages) {
        double[][] all = new double[rewardAdvantages.length][];
        for (int i = 0; i < all.length; i++) {
            all[i] = new double[rewardAdvantages[i].length];
            for (int t = 0; t < all[i].length; t++) {
                all[i][t] = (rewardAdvantages[i][t] - lambda() * costAdvantages[i][t]) / (1 + lambda());
            }
        }
        return all;
    }

    /** What a checkpoint keeps. */
    public Map<String, Object> toMap() {
        return Map.of(ETA, eta, STEPS, steps, COSTS, costs);
    }

    /** As it was when {@link #toMap} was made, under these settings. */
    public LagrangeMultiplier restored(Map<String, ?> state) {
        List<Double> kept = new ArrayList<>();
        if (!(state.get(COSTS) instanceof List<?> given)) {
            throw new IllegalArgumentException("state " + state + ": expected a list as " + COSTS);
        }
        given.forEach(cost -> kept.add(((Number) cost).doubleValue()));
        return new LagrangeMultiplier(settings, States.number(state, ETA), (long) States.number(state, STEPS), kept);
    }
}
