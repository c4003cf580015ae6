package dev.hone.objective;

import dev.hone.tensor.Tensor;

/** An objective on completions judged one by one. */
public interface UnpairedObjective extends Objective<UnpairedSignals> {

    /** [n] implicit rewards. */
    Tensor rewards(CompletionSignals completions);

    /** What the trainer hands to the next step as {@link UnpairedSignals#history}; the same where nothing is kept. */
    default RunningMoments remember(UnpairedSignals signals) {
        return signals.history();
    }

    @Override
    default Metrics metrics(UnpairedSignals signals) {
        Tensor rewards = rewards(signals.completions());
        Tensor logProbs = signals.completions().sums();
        return new Metrics().mean("rewards/chosen", rewards, signals.desirable())
                .mean("rewards/rejected", rewards, signals.undesirable())
                .mean("logps/chosen", logProbs, signals.desirable())
                .mean("logps/rejected", logProbs, signals.undesirable());
    }
}
