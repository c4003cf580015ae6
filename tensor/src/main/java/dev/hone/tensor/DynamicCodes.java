package dev.hone.tensor;

import java.util.Arrays;

/**
 * The 256 levels of dynamic 8-bit numbers (arXiv 1511.04561, as arXiv 2110.02861 uses them for optimizer state): seven powers
 * of ten, and the larger the power the finer the steps within it, so that a block's largest numbers keep two digits and
 * numbers a million times smaller are not lost. Levels are multiples of the block's largest magnitude.
 */
final class DynamicCodes {
    /** For numbers of both signs, from -0.993 to 1. */
    static final DynamicCodes SIGNED = new DynamicCodes(true);
    /** For numbers of at least 0, with twice as many steps. A number above 0 never becomes 0: it is divided by. */
    static final DynamicCodes UNSIGNED = new DynamicCodes(false);

    private static final int POWERS = 7;
    private static final int KEY_SHIFT = 16;

    private final float[] levels;
    /** Between neighbours; what is larger than {@code middles[i]} is nearer to level i+1. */
    private final float[] middles;
    /** By sign, exponent and seven bits of a number: the code of the least number that begins so. */
    private final byte[] first = new byte[1 << KEY_SHIFT];
    private final int least;

    private DynamicCodes(boolean signed) {
        levels = levels(signed);
        middles = new float[levels.length - 1];
        for (int code = 0; code < middles.length; code++) {
            middles[code] = (levels[code] + levels[code + 1]) / 2;
        }
        least = signed ? 0 : 1;
        for (int key = 0; key < first.length; key++) {
            boolean negative = key >= 1 << (KEY_SHIFT - 1);
            float smallest = Float.intBitsToFloat(key << KEY_SHIFT | (negative ? 0xffff : 0));
            first[key] = (byte) above(Float.isNaN(smallest) ? 0 : smallest);
        }
    }

    private int above(float x) {
        int place = Arrays.binarySearch(middles, x);
        return place >= 0 ? place : -place - 1;
    }

    private static float[] levels(boolean signed) {
        float[] levels = new float[256];
        int count = 2;
        levels[1] = 1;
        for (int power = 0; power < POWERS; power++) {
            int steps = 1 << (signed ? power : power + 1);
            for (int step = 0; step < steps; step++) {
                float level = (float) (Math.pow(10, power - (POWERS - 1)) * (0.1 + 0.9 * (step + 0.5) / steps));
                levels[count++] = level;
                if (signed) {
                    levels[count++] = -level;
                }
            }
        }
        Arrays.sort(levels);
        return levels;
    }

    /** [256], rising. */
    float[] levels() { return levels.clone(); }

    /** [255], the middles between neighbouring levels. */
    float[] middles() { return middles.clone(); }

    /** The least code of a number that is not 0. */
    int least() { return least; }

    /** The code of the nearest level. */
    byte encode(float x) {
        int code = first[Float.floatToRawIntBits(x) >>> KEY_SHIFT] & 0xff;
        while (code < middles.length && x > middles[code]) {
            code++;
        }
        return (byte) (x == 0 ? code : Math.max(code, least));
    }

    float decode(byte code) { return levels[code & 0xff]; }
}
