package dev.hone.rollout;

/** Hears about a generation while it runs, on the thread that runs it; an exception ends the generation and is passed on. */
@FunctionalInterface
public interface GenerationListener {
    /** Hears nothing. */
    GenerationListener NONE = (prompt, sample, token) -> {};

    /** A token was chosen; tokens of one completion come in order, those of a batch interleave. */
    void onToken(int prompt, int sample, int token);

    /** A completion ended. */
    default void onFinished(Rollout rollout) {}

    /** The model's positions leave a prompt fewer new tokens than were asked for. */
    default void onShortened(int prompt, int maxNewTokens) {}
}
