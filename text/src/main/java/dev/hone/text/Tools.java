package dev.hone.text;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Reads the tools of a row: a list of JSON objects, as TRL has them, or of texts, as LMFlow has them; the whole list, or one
 * of its objects, may also stand as JSON text in a cell.
 */
final class Tools {
    private static final String EXPECTED = "expected tools as [{\"type\": \"function\", \"function\": {\"name\": \"…\", …}}, …]";

    private final Row row;
    private final String field;

    Tools(Row row, String field) {
        this.row = row;
        this.field = field;
    }

    /** The descriptions; none where the field is missing, null or empty. */
    List<Object> read() {
        JsonNode value = row.fields().path(field);
        if (value.isString() && !value.stringValue().isBlank()) {
            value = parsed(value.stringValue());
        } else if (value.isMissingNode() || value.isNull() || value.isString()) {
            return List.of();
        }
        if (!value.isArray()) {
            throw row.bad(field, "found " + Row.describe(value) + ", " + EXPECTED);
        }
        List<Object> tools = new ArrayList<>();
        for (JsonNode tool : value) {
            tools.add(JsonText.plain(one(tool, field + "[" + tools.size() + "]")));
        }
        return tools;
    }

    private JsonNode one(JsonNode tool, String at) {
        JsonNode value = tool.isString() && tool.stringValue().strip().startsWith("{")
                ? parsed(tool.stringValue())
                : tool;
        if (!value.isObject() && !value.isString()) {
            throw row.bad(at, "found " + Row.describe(value) + ", " + EXPECTED);
        }
        return value;
    }

    private JsonNode parsed(String text) {
        try {
            return JsonText.MAPPER.readTree(text);
        } catch (JacksonException e) {
            throw row.bad(field, JsonText.problem(e) + ", " + EXPECTED);
        }
    }
}
