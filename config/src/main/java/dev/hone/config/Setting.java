package dev.hone.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a record component a setting: its key is the component's name in snake_case ({@code learningRate} is the YAML key
 * {@code learning_rate} and the flag {@code --learning_rate}). Types: int, long, double, boolean, String, Path, an enum (its
 * constants in lower case), a List of these, {@code Map<String, String>}, and Optional of any of them. A declaration that
 * contradicts itself (a default outside its range, a number without default …) is refused when the reader is built.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {
    /**
     * The default, as it would be written on the command line; lists with commas. Empty for a required or Optional setting, and
     * for the empty text, list or map.
     */
    String value() default "";

    /** What the setting does, in one or two sentences, with its unit. */
    String doc();

    /** Smallest allowed number, in a list of numbers of every element. */
    double min() default Double.NEGATIVE_INFINITY;

    /** Largest allowed number. */
    double max() default Double.POSITIVE_INFINITY;

    /** Numbers must be greater than this; instead of {@link #min}. */
    double above() default Double.NEGATIVE_INFINITY;

    /** Numbers must be less than this; instead of {@link #max}. */
    double below() default Double.POSITIVE_INFINITY;

    /** Whether the user must give it; a required text must not be empty. */
    boolean required() default false;

    /** Other keys that mean the same, such as an older name or that of another tool: accepted with nothing said. */
    String[] aliases() default {};
}
