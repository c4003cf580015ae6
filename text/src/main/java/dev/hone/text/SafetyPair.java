package dev.hone.text;

/**
 * Two answers to a prompt, compared both for help and for harm.
 *
 * @param prompt what both answer
 * @param first an answer
 * @param second the other one
 * @param firstBetter whether the first helps more
 * @param firstSafer whether the first harms less
 * @param firstSafe whether the first is safe by itself
 * @param secondSafe whether the second is safe by itself
 * @see <a href="https://arxiv.org/abs/2310.12773">Safe RLHF</a>
 */
public record SafetyPair(Passage prompt, Passage first, Passage second, boolean firstBetter, boolean firstSafer,
        boolean firstSafe, boolean secondSafe) implements Labelled {}
