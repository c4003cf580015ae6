package dev.hone.text;

/**
 * Plain text to continue: every token carries loss.
 *
 * @param text the text, as it is
 */
public record Document(String text) implements Sample {}
