package dev.hone.text;

/**
 * A text with a number to be learned from it: a score, or the index of a class or bin.
 *
 * @param prompt what stands before the text; empty where the text stands alone
 * @param completion the text
 * @param score the number, finite
 */
public record Graded(Passage prompt, Passage completion, double score) implements Labelled {}
