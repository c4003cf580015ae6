package dev.hone.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads records from a YAML file and a command line. The keys of all its records form one flat namespace. Precedence: flag, then
 * file, then default. Every mistake is collected before a {@link ConfigException} is thrown.
 */
public final class ConfigReader {
    private final Keys keys;

    private ConfigReader(Keys keys) { this.keys = keys; }

    /**
     * A reader of these records.
     *
     * @throws IllegalArgumentException if a record's {@link Setting}s contradict themselves or two records declare the same key: a
     *     mistake in the program, not of its user
     */
    public static ConfigReader of(List<? extends Class<? extends Record>> records) {
        return new ConfigReader(Keys.of(records));
    }

    /** See {@link #of(List)}. */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public static ConfigReader of(Class<? extends Record>... records) { return of(Arrays.asList(records)); }

    /** One record from plain values, for code: what is left out has its default. */
    public static <R extends Record> R record(Class<R> type, Map<String, ?> values) {
        return of(List.of(type)).bind(values, "").get(type);
    }

    /** Checks records made in code as if they had been read: ranges, required texts, keys declared twice. */
    public static void check(Record... records) {
        of(Arrays.stream(records).map(Record::getClass).toList()).bind(ConfigWriter.toMap(records), "");
    }

    /**
     * {@code [FILE] [--key value …]}. Flags: {@code --learning_rate 1e-4}, {@code --learning-rate=1e-4}; {@code --packing} alone
     * means true; lists take several words or commas; {@code --config FILE} names the file as well.
     */
    public Config parse(List<String> args) {
        Arguments arguments = Arguments.split(keys, args);
        Binder binder = new Binder(keys, arguments.problems());
        boolean complete = arguments.file().map(file -> take(binder, file)).orElse(true);
        binder.take(arguments.flags());
        return binder.bind(complete, arguments.file());
    }

    /** A YAML or JSON file alone. */
    public Config read(Path file) {
        Binder binder = new Binder(keys, List.of());
        boolean complete = take(binder, file);
        return binder.bind(complete, Optional.of(file));
    }

    /**
     * Plain values as {@link ConfigWriter#toMap} and JSON readers give them: Boolean, Number, String, List, Map.
     *
     * @param where what the values came from, for messages, such as the name of a checkpoint; may be empty
     */
    public Config bind(Map<String, ?> values, String where) {
        List<Raw> raws = new ArrayList<>();
        values.forEach((key, value) -> raws.add(new Raw(key, Value.of(value), where)));
        Binder binder = new Binder(keys, List.of());
        binder.take(raws);
        return binder.bind(true, Optional.empty());
    }

    /**
     * One section of a {@link StagedFile}.
     *
     * @param shared keys of all sections; those that this reader does not know, or that the section has itself, are passed over
     */
    public Config bind(StagedFile.Section section, StagedFile.Section shared) {
        Binder binder = new Binder(keys, List.of());
        binder.take(shared.raws().stream().filter(raw -> keys.find(raw.name()).isPresent()).toList());
        binder.take(section.raws());
        return binder.bind(true, Optional.empty());
    }

    /** Whether a name is a key, or an alias of one. */
    public boolean knows(String name) {
        return keys.find(name).isPresent();
    }

    /** All keys, in the order of the records, without aliases. */
    public List<String> keys() {
        return keys.all().stream().map(KeySpec::name).toList();
    }

    private static boolean take(Binder binder, Path file) {
        try {
            binder.take(YamlFile.read(file));
            return true;
        } catch (ConfigException unreadable) {
            binder.problem(unreadable);
            return false;
        }
    }
}
