package dev.hone.reward;

/** What a reward says of one completion: a number, a number for each token, or that it has nothing to say. */
public sealed interface Score {
    /**
     * A number for the whole completion.
     *
     * @param value finite
     */
    record Value(double value) implements Score {
        public Value {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException("a score of " + value + ": expected a finite number, or Score.of");
            }
        }
    }

    /**
     * A number for each token of the completion.
     *
     * @param values [T] over the completion's ids, finite
     */
    record Dense(float[] values) implements Score {
        public Dense {
            int bad = firstNonFinite(values);
            if (bad >= 0) {
                throw new IllegalArgumentException("a score of " + values[bad] + " at token " + bad
                        + ": expected finite numbers, or Score.dense");
            }
        }
    }

    /**
     * No score. This is not a score of 0: the completion is left out and counted.
     *
     * @param reason why, in words that are the same for all completions of the same trouble
     */
    record Unusable(String reason) implements Score {}

    /** A number; NaN and infinities become unusable. */
    static Score of(double value) {
        return Double.isFinite(value) ? new Value(value) : new Unusable("the score is " + value);
    }

    /** 1 or 0. */
    static Score of(boolean truth) { return new Value(truth ? 1 : 0); }

    /** A number for each token [T]; NaN and infinities make all of it unusable. */
    static Score dense(float[] values) {
        int bad = firstNonFinite(values);
        return bad < 0 ? new Dense(values) : new Unusable("the score of a token is " + values[bad]);
    }

    /** No score, with the reason. */
    static Score unusable(String reason) { return new Unusable(reason); }

    default boolean usable() { return !(this instanceof Unusable); }

    /**
     * The number of the whole completion: the sum over its tokens where each has one.
     *
     * @throws IllegalStateException where there is no score
     */
    default double total() {
        return switch (this) {
            case Value(double value) -> value;
            case Dense(float[] values) -> {
                double sum = 0;
                for (float value : values) {
                    sum += value;
                }
                yield sum;
            }
            case Unusable(String reason) -> throw new IllegalStateException("no score: " + reason);
        };
    }

    private static int firstNonFinite(float[] values) {
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                return i;
            }
        }
        return -1;
    }
}
