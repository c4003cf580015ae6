package dev.hone.text;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A preference pair as tokens. Both rows begin with the same tokens of the prompt, so that one forward over them serves both.
 *
 * @param chosen the prompt with the better answer, weight 1 on the answer
 * @param rejected the prompt with the worse answer, weight 1 on the answer
 * @param promptLength how many tokens of the prompt both begin with
 * @param margin by how much the better answer is preferred; empty where the data does not say
 * @param reference the prompt with the third answer of triple preference data
 */
public record EncodedPair(Encoded chosen, Encoded rejected, int promptLength, OptionalDouble margin,
        Optional<Encoded> reference) {
    public EncodedPair {
        if (!Arrays.equals(chosen.ids(), 0, promptLength, rejected.ids(), 0, promptLength)) {
            throw new IllegalArgumentException(
                    "chosen and rejected differ within the " + promptLength + " tokens of their prompt");
        }
    }

    /** Tokens of both rows. */
    public int tokens() { return chosen.length() + rejected.length(); }
}
