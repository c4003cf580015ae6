package dev.hone.objective;

/**
 * Counts over the whole optimizer step, all micro-batches and ranks: the divisors of a loss, so that its parts add up to one
 * large batch.
 *
 * @param rows pairs, completions, lists or scores, whichever the signals hold
 * @param tokens read tokens of the completions whose likelihood is raised as such: the gold ones where an objective needs
 *     {@link Need#GOLD}, else the chosen ones (with their prompts where it needs {@link Need#PROMPT_TOKENS}); of rollouts
 *     the tokens whose weight is not 0; 0 where the signals have no tokens
 */
public record StepTotals(double rows, double tokens) {
    public StepTotals {
        if (!(rows > 0) || !(tokens >= 0)) {
            throw new IllegalArgumentException(
                    "a step of " + rows + " rows and " + tokens + " tokens: expected more than 0"
                            + " rows and at least 0 tokens");
        }
    }

    /** For signals without tokens. */
    public static StepTotals ofRows(double rows) { return new StepTotals(rows, 0); }
}
