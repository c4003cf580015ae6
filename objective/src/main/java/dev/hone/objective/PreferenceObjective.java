package dev.hone.objective;

import dev.hone.tensor.Tensor;

/** An objective on pairs: beside the loss it tells the rewards that it gives both sides. */
public interface PreferenceObjective extends Objective<PairSignals> {

    /** Implicit rewards and log-probs of both sides. */
    PairReadings readings(PairSignals signals);

    @Override
    default Metrics metrics(PairSignals signals) {
        PairReadings seen = readings(signals);
        return new Metrics().mean("rewards/chosen", seen.chosen().rewards())
                .mean("rewards/rejected", seen.rejected().rewards())
                .mean("rewards/accuracies", seen.chosen().rewards().gt(seen.rejected().rewards()))
                .mean("logps/chosen", seen.chosen().logProbs()).mean("logps/rejected", seen.rejected().logProbs());
    }

    /**
     * Both sides of pairs.
     *
     * @param chosen the better completions
     * @param rejected the worse ones
     */
    record PairReadings(Side chosen, Side rejected) {}

    /**
     * One side of pairs.
     *
     * @param rewards [n] implicit rewards, as the method's paper defines them
     * @param logProbs [n] nats, as the method reads a completion: a sum over its tokens or their mean
     */
    record Side(Tensor rewards, Tensor logProbs) {}
}
