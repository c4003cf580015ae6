package dev.hone.config;

import java.util.ArrayList;
import java.util.List;

/**
 * Rules between the components of one record, for its compact constructor; several broken rules are reported together, and a
 * {@link ConfigReader} adds where each value came from:
 *
 * <pre>{@code
 * new Checks()
 *         .require(warmupSteps <= maxSteps, "warmup_steps", warmupSteps, "at most max_steps (" + maxSteps + ")")
 *         .require(!packing || maxLength > 0, "max_length", maxLength, "a row length when packing")
 *         .done();
 * }</pre>
 */
public final class Checks {
    private final List<Problem> problems = new ArrayList<>();

    /**
     * One rule.
     *
     * @param key the setting's key in snake_case
     * @param found its value
     * @param expected completes "expected …"
     */
    public Checks require(boolean holds, String key, Object found, String expected) {
        return require(holds, key, found, expected, "");
    }

    /** As the shorter form; {@code advice} says what to do, as a sentence. */
    public Checks require(boolean holds, String key, Object found, String expected, String advice) {
        if (!holds) {
            problems.add(new Problem(key, Show.value(found), expected, "", advice));
        }
        return this;
    }

    /** Throws a {@link ConfigException} with all broken rules, if there are any. */
    public void done() {
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }
}
