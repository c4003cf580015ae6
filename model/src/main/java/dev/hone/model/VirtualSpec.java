package dev.hone.model;

/** Learned tokens before every sequence that a decoder reads. */
public sealed interface VirtualSpec extends AdapterSpec permits PromptSpec, PrefixSpec {

    /** How many. */
    int virtualTokens();

    /** @throws ModelException unless there is at least one */
    static void requireSome(int virtualTokens) {
        if (virtualTokens < 1) {
            throw new ModelException("num_virtual_tokens is " + virtualTokens + ", expected at least 1");
        }
    }
}
