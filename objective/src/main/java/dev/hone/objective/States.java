package dev.hone.objective;

import java.util.Map;

/** Numbers in what a checkpoint kept. */
final class States {
    private States() {}

    static double number(Map<String, ?> state, String key) {
        if (state.get(key) instanceof Number number) {
            return number.doubleValue();
        }
        throw new IllegalArgumentException("state " + state + ": expected a number as " + key);
    }
}
