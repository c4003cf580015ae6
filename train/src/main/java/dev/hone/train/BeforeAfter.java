package dev.hone.train;

/**
 * What the model said to a prompt before the run and after it.
 *
 * @param prompt the text given
 * @param before the completion of the untrained model
 * @param after the completion of the trained one
 */
public record BeforeAfter(String prompt, String before, String after) {}
