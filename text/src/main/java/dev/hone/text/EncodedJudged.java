package dev.hone.text;

/**
 * A judged answer as tokens.
 *
 * @param row the prompt with the answer, weight 1 on the answer
 * @param promptLength how many tokens the prompt has
 * @param desirable whether the answer is one to give
 */
public record EncodedJudged(Encoded row, int promptLength, boolean desirable) {}
