package dev.hone.text;

/**
 * A safety pair as tokens: the rows in the order of the data, and what is said of them.
 *
 * @param first the prompt with the first answer, weight 1 on the answer
 * @param second the prompt with the second answer
 * @param promptLength how many tokens of the prompt both begin with
 * @param labels the comparison and the verdicts
 */
public record EncodedSafety(Encoded first, Encoded second, int promptLength, Labels labels) {
    /**
     * @param firstBetter whether the first answer helps more
     * @param firstSafer whether the first answer harms less
     * @param firstSafe whether the first answer is safe by itself
     * @param secondSafe whether the second answer is safe by itself
     */
    public record Labels(boolean firstBetter, boolean firstSafer, boolean firstSafe, boolean secondSafe) {}
}
