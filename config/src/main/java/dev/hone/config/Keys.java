package dev.hone.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All keys of the records that are read together: one flat namespace. */
final class Keys {
    /** A record type and its keys, in the order of its components. */
    record Group(Class<? extends Record> type, List<KeySpec> keys) {
        String heading() {
            SettingGroup given = type.getAnnotation(SettingGroup.class);
            return given == null ? Names.heading(type.getSimpleName()) : given.value();
        }
    }

    private final List<Group> groups = new ArrayList<>();
    private final Map<String, KeySpec> byName = new LinkedHashMap<>();

    private Keys() {}

    /** @throws IllegalArgumentException for a declaration that contradicts itself, or a key that is declared twice */
    static Keys of(List<? extends Class<? extends Record>> records) {
        Keys keys = new Keys();
        for (Class<? extends Record> type : records) {
            List<KeySpec> own = Arrays.stream(type.getRecordComponents()).map(KeySpec::of).toList();
            keys.groups.add(new Group(type, own));
            own.forEach(key -> keys.add(key.name(), key));
        }
        keys.all().forEach(key -> key.aliases().forEach(alias -> keys.add(alias, key)));
        return keys;
    }

    private void add(String name, KeySpec key) {
        KeySpec other = byName.putIfAbsent(name, key);
        if (other != null) {
            throw new IllegalArgumentException(
                    "the key " + name + " is declared by " + owner(other) + " and by " + owner(key)
                            + ": expected every key and alias once among the records that are read together");
        }
    }

    private static String owner(KeySpec key) {
        return key.component().getDeclaringRecord().getSimpleName() + "." + key.component().getName();
    }

    List<Group> groups() { return groups; }

    List<KeySpec> all() { return groups.stream().flatMap(group -> group.keys().stream()).toList(); }

    /** By name or alias. */
    Optional<KeySpec> find(String name) { return Optional.ofNullable(byName.get(name)); }

    /** The key that a misspelt name was probably meant to be; an alias leads to its key. */
    Optional<String> nearest(String name) {
        return Nearest.of(name, byName.keySet()).flatMap(this::find).map(KeySpec::name);
    }
}
