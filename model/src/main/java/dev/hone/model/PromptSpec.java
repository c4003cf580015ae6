package dev.hone.model;

import java.util.List;

/**
 * Prompt tuning (arXiv 2104.08691): learned rows where embedded tokens stand.
 *
 * @param virtualTokens how many
 * @param start where they begin
 * @param modulesToSave modules that train as a whole, by the end of their names
 */
public record PromptSpec(int virtualTokens, Start start, List<String> modulesToSave) implements VirtualSpec {

    public PromptSpec {
        VirtualSpec.requireSome(virtualTokens);
        modulesToSave = List.copyOf(modulesToSave);
    }

    public PromptSpec(int virtualTokens, Start start) { this(virtualTokens, start, List.of()); }

    /** Where the rows begin. */
    public sealed interface Start permits Random, SampledVocabulary, Text {}

    /** Normal with deviation 1, which is far longer than rows of most embeddings. */
    public record Random() implements Start {}

    /** Rows of the embedding, drawn with equal chances. */
    public record SampledVocabulary() implements Start {}

    /**
     * The rows of a text's tokens, special ones included, repeated or cut off as needed.
     *
     * @param text not empty
     * @param tokenizer folder with {@code tokenizer.json}
     */
    public record Text(String text, String tokenizer) implements Start {}
}
