package dev.hone.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The heading of a record's settings in help and documentation; without it the record's name in words. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface SettingGroup {
    /** The heading, such as {@code "Learning rate schedule"}. */
    String value();
}
