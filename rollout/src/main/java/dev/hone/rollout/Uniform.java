package dev.hone.rollout;

/**
 * Uniform numbers that are a function of their keys alone, so that a draw depends on nothing that was drawn before or beside
 * it. The mixing is SplitMix64's finaliser (Steele, Lea, Flood 2014).
 */
final class Uniform {
    private Uniform() {}

    /** A number in [0, 1) with 53 random bits. */
    static double of(long... keys) {
        long state = 0x9E3779B97F4A7C15L;
        for (long key : keys) {
            state = mix(state + 0x9E3779B97F4A7C15L ^ mix(key + 0xD1B54A32D192ED03L));
        }
        return (mix(state) >>> 11) * 0x1p-53;
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
