package dev.hone.train;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The choice {@code lr_scheduler_type}, by the names that transformers knows. */
public enum ScheduleKind {
    CONSTANT, CONSTANT_WITH_WARMUP, LINEAR, COSINE, COSINE_WITH_RESTARTS, COSINE_WITH_MIN_LR, POLYNOMIAL, INVERSE_SQRT, WARMUP_STABLE_DECAY;

    /** The key's value in a configuration. */
    public String key() { return name().toLowerCase(Locale.ROOT); }

    /**
     * The kind of a name.
     *
     * @throws IllegalArgumentException for any other; the message lists them all
     */
    public static ScheduleKind of(String name) {
        return Arrays.stream(values()).filter(kind -> kind.key().equals(name.strip().toLowerCase(Locale.ROOT)))
                .findFirst().orElseThrow(() -> new IllegalArgumentException("lr_scheduler_type is '" + name
                        + "', expected one of "
                        + Arrays.stream(values()).map(ScheduleKind::key).collect(Collectors.joining(", "))));
    }
}
