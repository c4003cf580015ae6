package dev.hone.objective;

/**
 * How much better each sampled token was than what was to be expected, from what completions earned. Pure arithmetic on the host; the
 * implementations are records whose components are settings.
 */
public sealed interface Advantage
        permits Gae, ReturnToGo, LeaveOneOut, GroupRelative, BatchNormalized, MeanBaseline {

    /** Advantages of a whole step; those of completions that could not be judged are 0. */
    Estimate of(Experience experience);

    /** Whether {@link Experience#values} are read. */
    default boolean readsValues() { return false; }
}
