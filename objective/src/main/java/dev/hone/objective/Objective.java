package dev.hone.objective;

import java.util.Set;

/**
 * A loss as a pure function of signals. Implementations are records whose components are their hyper-parameters: the
 * configuration keys, the flags, the defaults and the documentation come from them.
 *
 * @param <S> what it needs to see
 */
public interface Objective<S extends Signals> {

    /** What must be in the signals beyond the policy's own log-probs or scores; nothing else is computed. */
    default Set<Need> needs() {
        return Set.of();
    }

    /** The loss of these signals; its sum over all parts of a step is the step's loss. */
    Loss compute(S signals);

    /** What is reported about these signals, under TRL's names; not differentiated. */
    default Metrics metrics(S signals) {
        return new Metrics();
    }
}
