package dev.hone.text;

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
    /** A JSON value as a row; a bare string is the text of a document. */
    static Row of(JsonNode value, Origin origin) {
        if (value instanceof ObjectNode fields) {
            return new Row(fields, origin);
        }
        if (value.isString()) {
            return new Row(JsonNodeFactory.instance.objectNode().set("text", value).asObject(), origin);
        }
        throw new BadRowException(origin,
                "found " + describe(value) + ", expected an object with named fields, as {\"text\": \"…\"}");
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
