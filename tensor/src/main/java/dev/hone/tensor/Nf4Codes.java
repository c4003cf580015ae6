package dev.hone.tensor;

import java.util.Arrays;

/**
 * The code books of NF4 and of its double quantisation, and their plain arithmetic.
 *
 * <p>NF4: 16 levels at quantiles of the normal distribution, scaled into [-1, 1], one of them 0 (arXiv 2305.14314, section 3
 * and appendix E). Scales: signed 8-bit dynamic codes, with a power of ten and a linear fraction, so that small numbers keep
 * their digits (arXiv 2110.02861, section 2.2).
 */
final class Nf4Codes {
    private static final float[] LEVELS = {-1.0f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f,
            -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f, 0.0f, 0.07958029955625534f,
            0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f, 0.44070982933044434f, 0.5626170039176941f,
            0.7229568362236023f, 1.0f};
    private static final float[] MIDPOINTS = midpoints(LEVELS);
    private static final float[] DYNAMIC = dynamicLevels();
    private static final float[] DYNAMIC_MIDPOINTS = midpoints(DYNAMIC);
    private static final int EXPONENTS = 7;

    private Nf4Codes() {}

    /** The 16 levels in rising order; a code is an index into them. */
    static float[] levels() {
        return LEVELS.clone();
    }

    /** The 15 borders between neighbouring levels. */
    static float[] borders() { return MIDPOINTS.clone(); }

    /** The 256 levels of scales in rising order. */
    static float[] dynamic() { return DYNAMIC.clone(); }

    static float dynamicLevel(int code) { return DYNAMIC[code]; }

    /** The two levels of each byte, the high nibble's first, [256, 2]. */
    static float[] pairs() {
        float[] pairs = new float[512];
        for (int code = 0; code < 256; code++) {
            pairs[2 * code] = LEVELS[code >>> 4];
            pairs[2 * code + 1] = LEVELS[code & 15];
        }
        return pairs;
    }

    /** The code of the level nearest to a number in [-1, 1]. */
    static int nearest(float value) {
        return nearest(MIDPOINTS, value);
    }

    /** The code of the scale level nearest to a number in [-1, 1]. */
    static int nearestDynamic(float value) {
        return nearest(DYNAMIC_MIDPOINTS, value);
    }

    private static int nearest(float[] borders, float value) {
        int place = Arrays.binarySearch(borders, value);
        return place >= 0 ? place : -place - 1;
    }

    /**
     * Codes whole blocks, two to a byte, as the kernel does.
     *
     * @param values as many as {@code scales} × {@code block}
     * @param scales receives the largest magnitude of each block; a block of zeros gets 0 and the level 0
     */
    static void encode(float[] values, int block, float[] scales, byte[] packed) {
        for (int b = 0; b < scales.length; b++) {
            int largest = 0; // bits of a magnitude: they are ordered as the magnitudes are, infinity and NaN above all
            for (int i = b * block; i < (b + 1) * block; i++) {
                largest = Math.max(largest, Float.floatToRawIntBits(values[i]) & Integer.MAX_VALUE);
            }
            scales[b] = Float.intBitsToFloat(largest);
            float divisor = largest == 0 ? 1 : scales[b];
            for (int i = b * block; i < (b + 1) * block; i += 2) {
                packed[i / 2] = (byte) (nearest(values[i] / divisor) << 4 | nearest(values[i + 1] / divisor));
            }
        }
    }

    private static float[] midpoints(float[] levels) {
        float[] borders = new float[levels.length - 1];
        for (int i = 0; i < borders.length; i++) {
            borders[i] = (float) (((double) levels[i] + levels[i + 1]) / 2);
        }
        return borders;
    }

    /** 0, 1 and ±10^(e-6)·f for e = 0 … 6, f the middles of 2^e equal parts of [0.1, 1]. */
    private static float[] dynamicLevels() {
        float[] levels = new float[256];
        int count = 0;
        levels[count++] = 0;
        levels[count++] = 1;
        for (int e = 0; e < EXPONENTS; e++) {
            int parts = 1 << e;
            for (int part = 0; part < parts; part++) {
                float level = (float) (Math.pow(10, e - 6) * (0.1 + 0.9 * (part + 0.5) / parts));
                levels[count++] = level;
                levels[count++] = -level;
            }
        }
        Arrays.sort(levels);
        return levels;
    }
}
