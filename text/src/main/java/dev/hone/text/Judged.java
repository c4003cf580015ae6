package dev.hone.text;

/**
 * One answer to a prompt with a verdict, as KTO and BCO take it.
 *
 * @param prompt what is answered
 * @param completion the answer
 * @param desirable whether it is one to give
 */
public record Judged(Passage prompt, Passage completion, boolean desirable) implements Labelled {}
