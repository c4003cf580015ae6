package dev.hone.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The JSON schema (draft 2020-12) of a configuration file, for completion and checks in editors. It describes what a
 * {@link ConfigReader} accepts, but for null, which means the default there.
 */
public final class JsonSchema {
    private JsonSchema() {}

    /** The schema of the records that one command reads, as indented JSON text. */
    public static String of(List<? extends Class<? extends Record>> records) {
        Keys keys = Keys.of(records);
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", String.join(", ", keys.groups().stream().map(Keys.Group::heading).toList()));
        schema.put("type", "object");
        schema.put("additionalProperties", false);
        Map<String, Object> properties = new LinkedHashMap<>();
        keys.all().forEach(key -> properties.put(key.name(), property(key)));
        keys.all().forEach(key -> key.aliases().forEach(alias -> properties.put(alias, alias(key))));
        schema.put("properties", properties);
        required(keys, schema);
        return JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build().writeValueAsString(schema);
    }

    private static Map<String, Object> property(KeySpec key) {
        Map<String, Object> property = new LinkedHashMap<>();
        property.put("description", key.setting().doc());
        property.putAll(key.type().schema());
        if (!key.optional()) {
            key.fallback().ifPresent(value -> property.put("default", key.type().plain(value)));
        }
        return property;
    }

    private static Map<String, Object> alias(KeySpec key) {
        Map<String, Object> property = new LinkedHashMap<>();
        property.put("$ref", "#/properties/" + key.name());
        property.put("description", "The same as " + key.name() + ".");
        return property;
    }

    /** A required key may be given under any of its names. */
    private static void required(Keys keys, Map<String, Object> schema) {
        List<KeySpec> required = keys.all().stream().filter(KeySpec::required).toList();
        List<String> plain = required.stream().filter(key -> key.aliases().isEmpty()).map(KeySpec::name).toList();
        List<Object> either = new ArrayList<>();
        required.stream().filter(key -> !key.aliases().isEmpty()).forEach(key -> {
            List<Object> names = new ArrayList<>();
            names.add(Map.of("required", List.of(key.name())));
            key.aliases().forEach(alias -> names.add(Map.of("required", List.of(alias))));
            either.add(Map.of("oneOf", names));
        });
        if (!plain.isEmpty()) {
            schema.put("required", plain);
        }
        if (!either.isEmpty()) {
            schema.put("allOf", either);
        }
    }
}
