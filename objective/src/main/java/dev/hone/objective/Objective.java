package dev.hone.objective;

/**
 * A loss as a pure function of signals. Implementations are records whose components are their hyper-parameters: the
 * configuration keys, the flags, the defaults and the documentation come from them.
 *
 * @param <S> what it needs to see
 */
public interface Objective<S extends Signals> {

    /** The loss of these signals; its sum over all parts of a step is the step's loss. */
    Loss compute(S signals);
}
