package dev.hone.model;

/**
 * Learned tokens that stand before every sequence which a decoder reads, whose own tokens are counted on from them: as rows of
 * the embedding's width or as keys and values. The model's weights stay what they are.
 */
sealed interface VirtualTokens extends AdapterPart permits PromptRows, PrefixKeys {

    /** How many. */
    int count();
}
