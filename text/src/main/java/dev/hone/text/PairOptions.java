package dev.hone.text;

import java.util.Locale;

/**
 * How pairs are drawn from answers with scores.
 *
 * @param choice which two answers of a list
 * @param seed of the random choices; the same seed gives the same pairs, whatever other rows hold
 * @param lengthPenalty taken off a score for each character of its answer before scores are compared; below 0 it favours
 *     long answers
 * @param marginScale factor from a difference of scores to the margin of the pair
 */
public record PairOptions(Choice choice, long seed, double lengthPenalty, double marginScale) {
    public PairOptions {
        if (!Double.isFinite(lengthPenalty) || !Double.isFinite(marginScale)) {
            throw new DataException("length_penalty is " + lengthPenalty + " and margin_scale " + marginScale
                    + ": expected finite numbers");
        }
    }

    /** Best against any other, scores as they are. */
    public static PairOptions defaults() {
        return new PairOptions(Choice.MAX_RANDOM, 42, 0, 1);
    }

    /** Which two answers of a list make a pair; the one with the higher score is chosen. */
    public enum Choice {
        /** Any two. */
        RANDOM,
        /** The best and the worst. */
        MAX_MIN,
        /** The best and the second best. */
        MAX_MAX,
        /** The best and any other. */
        MAX_RANDOM;

        /** The name in settings. */
        public String text() { return name().toLowerCase(Locale.ROOT); }
    }
}
