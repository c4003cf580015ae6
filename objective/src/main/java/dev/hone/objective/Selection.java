package dev.hone.objective;

/**
 * Which completions of the policy's own are imitated. Pure arithmetic on the host; the implementations are records whose components are
 * settings.
 */
public sealed interface Selection permits BestShare, RisingQuantile {

    /**
     * Says of each completion whether it is learned. Where all scores that are compared are equal none is, for nothing says that
     * they are good.
     *
     * @param groups [n] which prompt each completion answers
     * @param scores [n] finite
     * @param generation how many generations were before
     */
    boolean[] keep(int[] groups, double[] scores, long generation);

    /** How many completions of each prompt are usual. */
    int usualAnswers();

    /** Whether completions of one prompt are compared with each other. */
    boolean withinPrompts();

    /** Generations that answer the same prompts, and whose completions are chosen from together. */
    default int cycle() {
        return 1;
    }

    /** Whether a completion that was written twice is learned once. */
    default boolean distinct() { return false; }
}
