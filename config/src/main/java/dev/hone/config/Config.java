package dev.hone.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What a {@link ConfigReader} made: one record of each type, and where each value came from. */
public final class Config {
    private final Keys keys;
    private final Map<Class<? extends Record>, Record> records;
    private final Map<KeySpec, Raw> given;
    private final Optional<Path> file;

    Config(Keys keys, Map<Class<? extends Record>, Record> records, Map<KeySpec, Raw> given, Optional<Path> file) {
        this.keys = keys;
        this.records = records;
        this.given = given;
        this.file = file;
    }

    /**
     * The record of a type.
     *
     * @throws IllegalArgumentException for a type that the reader was not made for
     */
    public <R extends Record> R get(Class<R> type) {
        Record record = records.get(type);
        if (record == null) {
            throw new IllegalArgumentException(type.getSimpleName() + " was not read: expected one of "
                    + records.keySet().stream().map(Class::getSimpleName).collect(Collectors.joining(", ")));
        }
        return type.cast(record);
    }

    /** The keys that the user gave, under their own names even where an alias was written. */
    public Set<String> given() {
        return given.keySet().stream().map(KeySpec::name).collect(Collectors.toUnmodifiableSet());
    }

    /** The configuration file, if there was one. */
    public Optional<Path> file() { return file; }

    /** Every key with its plain value, in the order of the records; see {@link ConfigWriter#toMap}. */
    public Map<String, Object> toMap() {
        return ConfigWriter.toMap(List.copyOf(records.values()));
    }

    /**
     * A mistake that shows only later, such as a path where nothing is, with the value found and where it was given.
     *
     * @param key a key of this configuration, in snake_case
     */
    public Problem problem(String key, String expected, String advice) {
        KeySpec spec = keys.find(key).orElseThrow(() -> new IllegalArgumentException("there is no key " + key));
        Raw raw = given.get(spec);
        Object value = toMap().get(spec.name());
        return new Problem(spec.name(), value == null ? "nothing" : Show.value(value), expected,
                raw == null ? "default" : raw.where(), advice);
    }
}
