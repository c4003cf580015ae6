package dev.hone.text;

import java.util.List;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A row as the file has it: named fields.
 *
 * @param fields the fields
 * @param origin where it stands
 */
record Row(ObjectNode fields, Origin origin) {
    /** A JSON value as a row; a bare string is the text of a document, and two lists of texts are turns and replies to them. */
    static Row of(JsonNode value, Origin origin) {
        if (value instanceof ObjectNode fields) {
            return new Row(fields, origin);
        }
        if (value.isString()) {
            return new Row(JsonNodeFactory.instance.objectNode().set("text", value).asObject(), origin);
        }
        if (value.isArray() && value.size() == 2 && isTexts(value.path(0)) && isTexts(value.path(1))) {
            ObjectNode fields = JsonNodeFactory.instance.objectNode();
            fields.set("prefix", value.path(0));
            fields.set("replies", value.path(1));
            return new Row(fields, origin);
        }
        throw new BadRowException(origin,
                "found " + describe(value) + ", expected an object with named fields, as {\"text\": \"…\"}");
    }

    private static boolean isTexts(JsonNode value) {
        return value.isArray() && !value.isEmpty() && value.valueStream().allMatch(JsonNode::isString);
    }

    BadRowException bad(String field, String problem) {
        return new BadRowException(origin, "field " + field + ": " + problem);
    }

    /** The text of a field that a row must have. */
    String text(String field) {
        JsonNode value = required(field);
        if (!value.isString()) {
            throw bad(field, "found " + describe(value) + ", expected text");
        }
        return value.stringValue();
    }

    /** The text of a field that may be missing or null, which both mean the empty text. */
    String optionalText(String field) {
        JsonNode value = fields.path(field);
        return value.isMissingNode() || value.isNull() ? "" : text(field);
    }

    /** A finite number, also one written as text. */
    double number(JsonNode value, String field) {
        double number = Double.NaN;
        if (value.isNumber()) {
            number = value.doubleValue();
        } else if (value.isString()) {
            try {
                number = Double.parseDouble(value.stringValue().strip());
            } catch (NumberFormatException e) {
                throw bad(field, "found " + describe(value) + ", expected a number");
            }
        }
        if (!Double.isFinite(number)) {
            throw bad(field, "found " + describe(value) + ", expected a finite number");
        }
        return number;
    }

    /** A truth value, also one written as text or as 0 and 1. */
    boolean truth(JsonNode value, String field) {
        String text = (value.isString() ? value.stringValue() : value.toString()).strip().toLowerCase(Locale.ROOT);
        return switch (text) {
            case "true", "1", "1.0" -> true;
            case "false", "0", "0.0" -> false;
            default -> throw bad(field, "found " + describe(value) + ", expected true or false");
        };
    }

    /** The elements of a list, also of one that stands as JSON text in a cell. */
    List<JsonNode> list(String field) {
        JsonNode value = required(field);
        if (value.isString() && value.stringValue().strip().startsWith("[")) {
            try {
                value = JsonText.MAPPER.readTree(value.stringValue());
            } catch (JacksonException e) {
                throw bad(field, JsonText.problem(e) + ", expected a list");
            }
        }
        if (!value.isArray()) {
            throw bad(field, "found " + describe(value) + ", expected a list");
        }
        return value.valueStream().toList();
    }

    JsonNode required(String field) {
        JsonNode value = fields.path(field);
        if (value.isMissingNode()) {
            throw bad(field, "it is missing; the row has " + String.join(", ", fields.propertyNames()));
        }
        if (value.isNull()) {
            throw bad(field, "found null, expected a value");
        }
        return value;
    }

    /** A JSON value in few words, for messages. */
    static String describe(JsonNode value) {
        String kind = switch (value.getNodeType()) {
            case ARRAY -> "a list of " + value.size();
            case OBJECT -> "an object with the fields " + String.join(", ", value.propertyNames());
            case STRING -> "the text ";
            case NUMBER -> "the number ";
            case BOOLEAN -> "the truth value ";
            case NULL -> "null";
            default -> "nothing";
        };
        return value.isString() || value.isNumber() || value.isBoolean() ? kind + shortened(value.toString()) : kind;
    }

    private static String shortened(String text) { return text.length() <= 60 ? text : text.substring(0, 57) + "…"; }
}
