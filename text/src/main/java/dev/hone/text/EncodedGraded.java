package dev.hone.text;

/**
 * A text with a number as tokens.
 *
 * @param row the prompt, where there is one, with the text; weight 1 on the text
 * @param promptLength how many tokens the prompt has
 * @param score the number to learn: a score, or the index of a class
 */
public record EncodedGraded(Encoded row, int promptLength, double score) {}
