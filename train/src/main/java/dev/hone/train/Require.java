package dev.hone.train;

/** Ranges of hyper-parameters. */
final class Require {
    private Require() {}

    /** At least {@code least} and below {@code limit}. */
    static void within(String key, double value, double least, double limit) {
        if (!(value >= least && value < limit)) {
            throw new IllegalArgumentException(
                    key + " is " + value + ", expected a number of at least " + least + " and below " + limit);
        }
    }

    /** Finite and at least 0. */
    static void atLeastZero(String key, double value) {
        if (!(value >= 0 && Double.isFinite(value))) {
            throw new IllegalArgumentException(key + " is " + value + ", expected a number of at least 0");
        }
    }

    static void that(boolean holds, String key, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(key + " is " + value + ", expected " + expected);
        }
    }
}
