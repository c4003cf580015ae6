package dev.hone.reward;

/** What a length counts. */
public enum LengthUnit {
    /** The policy's tokens, the end token included. */
    TOKENS,
    /** Unicode characters. */
    CHARACTERS,
    /** Words between blanks. */
    WORDS;

    int of(RewardInput input) {
        return switch (this) {
            case TOKENS -> input.completionIds().length;
            case CHARACTERS -> input.completion().codePointCount(0, input.completion().length());
            case WORDS -> NGrams.words(input.completion()).size();
        };
    }
}
