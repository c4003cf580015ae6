package dev.hone.train;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** By how much the better answers of pairs are better. */
final class Margins {
    private Margins() {}

    /** One number per pair, 0 where the data does not say; empty where it says nothing of any of them, which comes to the same. */
    static Optional<float[]> of(List<OptionalDouble> given) {
        if (given.stream().allMatch(OptionalDouble::isEmpty)) {
            return Optional.empty();
        }
        float[] margins = new float[given.size()];
        for (int i = 0; i < margins.length; i++) {
            margins[i] = (float) given.get(i).orElse(0);
        }
        return Optional.of(margins);
    }
}
