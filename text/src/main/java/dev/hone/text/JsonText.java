package dev.hone.text;

import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How the JSON of data files is read: strictly, so that a damaged row is found and not guessed at. */
final class JsonText {
    static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // Python writes NaN; the field that needs a number refuses it
            .build();

    private JsonText() {}

    /** What Jackson found wrong, with the column where it knows one. */
    static String problem(JacksonException e) {
        String column = e.getLocation() == null || e.getLocation().getColumnNr() < 1
                ? ""
                : " at column " + e.getLocation().getColumnNr();
        return "not valid JSON" + column + " (" + e.getOriginalMessage() + ")";
    }

    /** A JSON value in Java's types: String, Number, Boolean, List, Map. */
    static Object plain(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> MAPPER.convertValue(value, Map.class);
            case ARRAY -> MAPPER.convertValue(value, List.class);
            case NUMBER -> value.numberValue();
            case BOOLEAN -> value.booleanValue();
            default -> value.asString("");
        };
    }
}
