package dev.hone.model;

/**
 * Rotary positions (arXiv 2104.09864): which angle each pair of a head's columns turns by, per position.
 *
 * @param base θ
 * @param headSize K; pairs are (i, i + K/2)
 * @param scaling how the angles are changed for contexts longer than the first training saw
 */
public record RopeSpec(double base, int headSize, Scaling scaling) {

    /** Changes of the angles for long contexts. */
    public sealed interface Scaling permits None, Linear, Dynamic, Llama3 {}

    /** As trained. */
    public record None() implements Scaling {}

    /**
     * Every position divided by a factor (arXiv 2306.15595).
     *
     * @param factor by how much
     */
    public record Linear(double factor) implements Scaling {}

    /**
     * NTK-aware: sequences longer than the window get a larger base, growing with their length.
     *
     * @param factor how far the window should stretch
     * @param window the length that needs no change
     */
    public record Dynamic(double factor, int window) implements Scaling {}

    /**
     * Llama 3.1: slow turns are divided by a factor, fast ones kept, a band between blended.
     *
     * @param factor the divisor of slow turns
     * @param lowFrequency turns per window below which a pair counts as slow
     * @param highFrequency turns per window above which it counts as fast
     * @param window the length of the first training
     */
    public record Llama3(double factor, double lowFrequency, double highFrequency, int window) implements Scaling {}

    /** Whether the angles of long sequences depend on their length. */
    public boolean dependsOnLength() {
        return scaling instanceof Dynamic;
    }

    /** Whether the angles of a sequence depend on its length. */
    public boolean dependsOnLength(int length) {
        return scaling instanceof Dynamic d && length > d.window();
    }

    /** Radians per position for each of the K/2 pairs, for a sequence of the given length. */
    public double[] frequencies(int length) {
        double theta = scaling instanceof Dynamic d && length > d.window() ? stretched(d, length) : base;
        double[] frequencies = new double[headSize / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = scaled(Math.pow(theta, -2.0 * i / headSize));
        }
        return frequencies;
    }

    private double stretched(Dynamic dynamic, int length) {
        double ratio = dynamic.factor() * length / dynamic.window() - (dynamic.factor() - 1);
        return base * Math.pow(ratio, headSize / (headSize - 2.0));
    }

    private double scaled(double frequency) {
        return switch (scaling) {
            case None() -> frequency;
            case Dynamic d -> frequency;
            case Linear(double factor) -> frequency / factor;
            case Llama3 llama -> llama3(llama, frequency);
        };
    }

    private static double llama3(Llama3 llama, double frequency) {
        double turns = llama.window() * frequency / (2 * Math.PI);
        if (turns < llama.lowFrequency()) {
            return frequency / llama.factor();
        }
        if (turns > llama.highFrequency()) {
            return frequency;
        }
        double blend = (turns - llama.lowFrequency()) / (llama.highFrequency() - llama.lowFrequency());
        return (1 - blend) * frequency / llama.factor() + blend * frequency;
    }
}
