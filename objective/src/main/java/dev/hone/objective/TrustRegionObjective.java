package dev.hone.objective;

import dev.hone.tensor.Tensor;

/** An objective whose step is searched for inside of a bound, instead of being an optimizer's. */
public interface TrustRegionObjective extends Objective<RolloutSignals> {

    /** [] this part's share of the distance from the policy that wrote the answers, differentiable. */
    Tensor divergence(RolloutSignals s);

    /** The search. */
    TrustRegion region();
}
