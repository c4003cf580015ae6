package dev.hone.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** Makes records of raw keys, and collects every mistake on the way. */
final class Binder {
    private final Keys keys;
    private final List<Problem> problems;
    private final Map<KeySpec, Raw> given = new LinkedHashMap<>();
    private final Map<KeySpec, Object> values = new HashMap<>();
    private final Map<Class<? extends Record>, Record> records = new LinkedHashMap<>();

    Binder(Keys keys, List<Problem> problems) {
        this.keys = keys;
        this.problems = new ArrayList<>(problems);
    }

    /** Takes the keys of one source; they replace those of the sources before. */
    void take(List<Raw> source) {
        Map<KeySpec, List<Raw>> known = new LinkedHashMap<>();
        for (Raw raw : source) {
            keys.find(raw.name()).ifPresentOrElse(key -> known.computeIfAbsent(key, k -> new ArrayList<>()).add(raw),
                    () -> problems.add(unknown(raw)));
        }
        known.forEach((key, raws) -> {
            if (raws.size() > 1) {
                problems.add(repeated(key, raws));
            }
            given.put(key, raws.getLast());
        });
    }

    void problem(ConfigException thrown) { problems.addAll(thrown.problems()); }

    /** @param complete whether every source could be read; otherwise a missing key says nothing */
    Config bind(boolean complete, Optional<Path> file) {
        given.values().removeIf(raw -> raw.value() instanceof Value.Nothing);
        for (KeySpec key : keys.all()) {
            read(key, complete);
        }
        keys.groups().forEach(this::construct);
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return new Config(keys, records, given, file);
    }

    private void read(KeySpec key, boolean complete) {
        Raw raw = given.get(key);
        try {
            if (raw != null) {
                values.put(key, key.read(raw.value()));
                return;
            }
            key.fallback().ifPresent(value -> values.put(key, value));
            if (key.required() && complete) {
                problems.add(new Problem(key.name(), "no value", key.type().expected(), "",
                        "Give it as --" + key.name() + " or as " + key.name() + ": in the configuration file. "
                                + key.sentence()));
            }
        } catch (Mismatch wrong) {
            problems.add(new Problem(key.name(), wrong.found(), wrong.expected(), where(key), wrong.advice()));
        }
    }

    private void construct(Keys.Group group) {
        if (!values.keySet().containsAll(group.keys())) {
            return;
        }
        try {
            records.put(group.type(), Records.create(group.type(), group.keys().stream().map(this::value).toArray()));
        } catch (ConfigException refused) {
            refused.problems().forEach(problem -> problems.add(
                    problem.where().isEmpty()
                            ? problem.at(keys.find(problem.key()).map(this::where).orElse(""))
                            : problem));
        } catch (IllegalArgumentException refused) {
            problems.add(rejected(group, refused));
        }
    }

    /** A constructor's own words do not tell the key: name those that the message mentions, else those that the user gave. */
    private Problem rejected(Keys.Group group, IllegalArgumentException refused) {
        String message = String.valueOf(refused.getMessage());
        List<KeySpec> mentioned = group.keys().stream().filter(key -> mentions(message, key)).toList();
        List<KeySpec> own = group.keys().stream().filter(given::containsKey).toList();
        List<KeySpec> blamed = !mentioned.isEmpty() ? mentioned : !own.isEmpty() ? own : group.keys();
        String found = blamed.stream().map(key -> key.name() + " = " + Show.value(value(key)))
                .collect(Collectors.joining(", "));
        return new Problem(blamed.stream().map(KeySpec::name).collect(Collectors.joining(", ")), found,
                "values that fit together",
                blamed.stream().map(this::where).distinct().collect(Collectors.joining(", ")),
                message.endsWith(".") ? message : message + ".");
    }

    private static boolean mentions(String message, KeySpec key) {
        List<String> words = List.of(message.split("[^A-Za-z0-9_]+"));
        return words.contains(key.name()) || words.contains(key.component().getName());
    }

    private Object value(KeySpec key) { return Objects.requireNonNull(values.get(key)); }

    private String where(KeySpec key) {
        Raw raw = given.get(key);
        return raw == null ? "default" : raw.where();
    }

    private Problem unknown(Raw raw) {
        String name = Show.shorten(raw.name());
        return new Problem(name, "an unknown key", "a key of this command", raw.where(), adviceForUnknown(raw, name));
    }

    private String adviceForUnknown(Raw raw, String name) {
        if (raw.value() instanceof Value.Entries(Map<String, Value> entries)) {
            List<String> inside = entries.keySet().stream().filter(each -> keys.find(each).isPresent()).toList();
            if (!inside.isEmpty()) {
                return "Keys are not nested: write " + String.join(", ", inside) + " at the top level.";
            }
        }
        if (name.startsWith("no_") && keys.find(name.substring(3)).isPresent()) {
            return "Write --" + name.substring(3) + " false.";
        }
        return keys.nearest(raw.name()).map(near -> "Did you mean " + near + "?")
                .orElse("Remove it, or look for its name in --help.");
    }

    private static Problem repeated(KeySpec key, List<Raw> raws) {
        String written = raws.stream().map(raw -> raw.value().shown()).collect(Collectors.joining(" and "));
        String where = raws.stream().map(Raw::where).collect(Collectors.joining(" and "));
        return new Problem(key.name(), raws.size() + " values, " + written, "one value", where,
                key.type().mostWords() > 1 ? "Write all entries after one key." : "Keep one of them.");
    }
}
