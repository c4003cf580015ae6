package dev.hone.train;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The choice {@code optim}, by the names that transformers knows. */
public enum OptimizerKind {
    ADAMW("adamw", "adamw_torch_fused", "adamw_torch"), ADAMW_8BIT("adamw_8bit", "adamw_bnb_8bit",
            "paged_adamw_8bit"), ADAM("adam"), SGD("sgd"), ADAFACTOR("adafactor"), LION("lion",
                    "lion_32bit"), RMSPROP(
                            "rmsprop"), ADAGRAD("adagrad"), MUON("muon"), SCHEDULE_FREE_ADAMW("schedule_free_adamw");

    private final List<String> names;

    OptimizerKind(String... names) { this.names = List.of(names); }

    /** The key's value in a configuration, the usual one first. */
    public List<String> names() { return names; }

    /**
     * The kind of a name.
     *
     * @throws IllegalArgumentException for any other; the message lists them all
     */
    public static OptimizerKind of(String name) {
        String wanted = name.strip().toLowerCase(Locale.ROOT);
        return Arrays.stream(values()).filter(kind -> kind.names.contains(wanted)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("optim is '" + name + "', expected one of " + all()));
    }

    private static String all() {
        return Arrays.stream(values()).flatMap(kind -> kind.names.stream()).collect(Collectors.joining(", "));
    }
}
