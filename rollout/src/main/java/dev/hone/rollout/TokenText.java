package dev.hone.rollout;

/** Turns token ids into text; a tokenizer's decode, special tokens left out. */
@FunctionalInterface
public interface TokenText {
    String text(int[] ids);
}
