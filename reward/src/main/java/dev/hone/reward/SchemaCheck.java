package dev.hone.reward;

import dev.hone.config.ConfigException;
import dev.hone.config.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * A part of JSON Schema (2020-12): what is left out is refused when the schema is read, never passed over. Numbers are compared
 * by value.
 */
final class SchemaCheck {
    private static final Set<String> KEYWORDS = Set.of("type", "enum", "const", "properties", "required",
            "additionalProperties", "minProperties", "maxProperties", "items", "minItems", "maxItems", "uniqueItems",
            "minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "anyOf",
            "allOf");
    /** They say nothing about what is accepted. */
    private static final Set<String> NOTES = Set.of("$schema", "$id", "$comment", "title", "description", "default",
            "examples");
    private static final Set<String> TYPES = Set.of("object", "array", "string", "number", "integer", "boolean",
            "null");

    private final JsonNode schema;

    private SchemaCheck(JsonNode schema) { this.schema = schema; }

    /** @throws ConfigException with all keywords that are not known, and values that they cannot have */
    static SchemaCheck of(JsonNode schema, String where) {
        List<Problem> problems = new ArrayList<>();
        check(schema, "schema", where, problems);
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return new SchemaCheck(schema);
    }

    private static void check(JsonNode schema, String at, String where, List<Problem> problems) {
        if (schema.isBoolean()) {
            return;
        }
        if (!schema.isObject()) {
            problems.add(new Problem(at, schema.getNodeType().toString().toLowerCase(Locale.ROOT),
                    "an object with keywords, or true or false", where, ""));
            return;
        }
        for (Map.Entry<String, JsonNode> entry : schema.properties()) {
            String key = entry.getKey();
            String inside = at + "." + key;
            if (!KEYWORDS.contains(key) && !NOTES.contains(key)) {
                problems.add(new Problem(inside, "an unknown keyword",
                        "one of " + String.join(", ", KEYWORDS.stream().sorted().toList()), where, "Take it out."));
            } else if (!fits(key, entry.getValue())) {
                problems.add(
                        new Problem(inside, entry.getValue().toString(), "a value that " + key + " can have", where,
                                ""));
            } else {
                inner(key, entry.getValue(), inside, where, problems);
            }
        }
    }

    private static void inner(String key, JsonNode value, String at, String where, List<Problem> problems) {
        switch (key) {
            case "properties" -> value.properties()
                    .forEach(each -> check(each.getValue(), at + "." + each.getKey(), where, problems));
            case "items", "additionalProperties" -> check(value, at, where, problems);
            case "anyOf", "allOf" -> value.forEach(each -> check(each, at, where, problems));
            default -> {
            }
        }
    }

    private static boolean fits(String key, JsonNode value) {
        return switch (key) {
            case "type" -> value.isArray() ? !value.isEmpty() && all(value, SchemaCheck::isType) : isType(value);
            case "enum" -> value.isArray();
            case "anyOf", "allOf" -> value.isArray() && !value.isEmpty();
            case "properties" -> value.isObject();
            case "required" -> value.isArray() && all(value, JsonNode::isString);
            case "pattern" -> value.isString() && isPattern(value.stringValue());
            case "uniqueItems" -> value.isBoolean();
            case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum" -> value.isNumber();
            case "minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties" ->
                value.isInt() && value.intValue() >= 0;
            default -> true;
        };
    }

    private static boolean isType(JsonNode value) { return value.isString() && TYPES.contains(value.stringValue()); }

    private static boolean isPattern(String text) {
        try {
            Pattern.compile(text);
            return true;
        } catch (PatternSyntaxException e) {
            return false;
        }
    }

    private static boolean all(JsonNode list, Predicate<JsonNode> test) {
        return StreamSupport.stream(list.spliterator(), false).allMatch(test);
    }

    boolean accepts(JsonNode value) { return accepts(schema, value); }

    private static boolean accepts(JsonNode schema, JsonNode value) {
        if (schema.isBoolean()) {
            return schema.booleanValue();
        }
        return schema.properties().stream().allMatch(rule -> accepts(schema, rule.getKey(), rule.getValue(), value));
    }

    private static boolean accepts(JsonNode schema, String key, JsonNode rule, JsonNode value) {
        return switch (key) {
            case "type" -> rule.isArray()
                    ? !all(rule, type -> !isOf(type.stringValue(), value))
                    : isOf(rule.stringValue(), value);
            case "enum" -> !all(rule, each -> !equal(each, value));
            case "const" -> equal(rule, value);
            case "anyOf" -> !all(rule, each -> !accepts(each, value));
            case "allOf" -> all(rule, each -> accepts(each, value));
            case "properties", "required", "additionalProperties", "minProperties", "maxProperties" ->
                !value.isObject() || object(schema, key, rule, value);
            case "items", "minItems", "maxItems", "uniqueItems" -> !value.isArray() || list(key, rule, value);
            case "minLength", "maxLength", "pattern" -> !value.isString() || text(key, rule, value.stringValue());
            case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum" ->
                !value.isNumber() || number(key, rule.decimalValue().compareTo(value.decimalValue()));
            default -> true;
        };
    }

    private static boolean isOf(String type, JsonNode value) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isString();
            case "number" -> value.isNumber();
            case "integer" -> value.isNumber() && value.decimalValue().stripTrailingZeros().scale() <= 0;
            case "boolean" -> value.isBoolean();
            default -> value.isNull();
        };
    }

    private static boolean object(JsonNode schema, String key, JsonNode rule, JsonNode value) {
        return switch (key) {
            case "properties" -> rule.properties().stream().allMatch(
                    each -> !value.has(each.getKey()) || accepts(each.getValue(), value.get(each.getKey())));
            case "required" -> all(rule, name -> value.has(name.stringValue()));
            case "additionalProperties" -> value.properties().stream()
                    .filter(each -> !schema.path("properties").has(each.getKey()))
                    .allMatch(each -> accepts(rule, each.getValue()));
            case "minProperties" -> value.size() >= rule.intValue();
            default -> value.size() <= rule.intValue();
        };
    }

    private static boolean list(String key, JsonNode rule, JsonNode value) {
        return switch (key) {
            case "items" -> all(value, each -> accepts(rule, each));
            case "minItems" -> value.size() >= rule.intValue();
            case "maxItems" -> value.size() <= rule.intValue();
            default -> !rule.booleanValue() || unique(value);
        };
    }

    private static boolean unique(JsonNode list) {
        for (int i = 0; i < list.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (equal(list.get(i), list.get(j))) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean text(String key, JsonNode rule, String value) {
        int length = value.codePointCount(0, value.length());
        return switch (key) {
            case "minLength" -> length >= rule.intValue();
            case "maxLength" -> length <= rule.intValue();
            default -> Pattern.compile(rule.stringValue()).matcher(new InterruptibleText(value)).find();
        };
    }

    /** @param order of the bound against the value */
    private static boolean number(String key, int order) {
        return switch (key) {
            case "minimum" -> order <= 0;
            case "maximum" -> order >= 0;
            case "exclusiveMinimum" -> order < 0;
            default -> order > 0;
        };
    }

    private static boolean equal(JsonNode one, JsonNode other) {
        return one.equals((a, b) -> a.isNumber() && b.isNumber()
                ? a.decimalValue().compareTo(b.decimalValue())
                : a.equals(b) ? 0 : 1, other);
    }
}
