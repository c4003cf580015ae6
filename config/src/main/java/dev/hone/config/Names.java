package dev.hone.config;

import java.util.Locale;

/** Java names as users write them. */
final class Names {
    private Names() {}

    /** snake_case: {@code adamBeta1} is adam_beta1, {@code useKLTerm} is use_kl_term. */
    static String snake(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").replaceAll("([A-Z]+)([A-Z][a-z])", "$1_$2")
                .replace('-', '_')
                .toLowerCase(Locale.ROOT);
    }

    /** A heading from a type name: {@code LearningRateSchedule} is "Learning rate schedule". */
    static String heading(String name) {
        String words = snake(name).replace('_', ' ');
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    static String choice(Enum<?> constant) { return constant.name().toLowerCase(Locale.ROOT); }
}
