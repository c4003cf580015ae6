package dev.hone.train;

import java.util.Map;
import java.util.Optional;

/**
 * What a run learns from, once its model is open: rows that files gave, or prompts to which the policy writes the answers.
 *
 * @param <R> the rows of a step
 */
public interface Supply<R extends StepRow> {

    /** Tokens of the longest row, which cannot be cut. */
    int longestRow();

    /** Tokens of the longest sequence, of which a row may have several. */
    default int longestSequence() {
        return longestRow();
    }

    /** Tokens of a step that has the longest rows: a micro-batch of so many is never less than a step. */
    long largestStep();

    /** Optimizer steps in one pass over the data. */
    long stepsPerEpoch();

    /** What decides the result beside the settings, in words: digests of rows. */
    Map<String, Object> content();

    /**
     * The batches. What must be known before the first step, such as the reference's log-probs, is computed now; the model is
     * untouched.
     *
     * @param microbatchTokens tokens that go through the model together
     */
    Course<R> course(Pass<R> pass, int microbatchTokens);

    /**
     * The batches of a run.
     *
     * @param source what is learned from
     * @param evaluation how the model is looked at, where something is held out
     * @param foreseen whether any batch can be had before the steps before it were taken
     */
    record Course<R extends StepRow>(BatchSource<R> source, Optional<Evaluation> evaluation, boolean foreseen) {}
}
