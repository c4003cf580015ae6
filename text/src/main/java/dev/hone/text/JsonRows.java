package dev.hone.text;

import static tools.jackson.core.JsonToken.END_ARRAY;
import static tools.jackson.core.JsonToken.END_OBJECT;
import static tools.jackson.core.JsonToken.START_ARRAY;
import static tools.jackson.core.JsonToken.START_OBJECT;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A JSON file read as a stream: a list of rows, the envelope {@code {"type": …, "instances": [rows]}} of LMFlow, or objects
 * one after the other (JSON Lines under another name).
 */
final class JsonRows implements RowReader {
    private final Path file;
    private final JsonParser parser;
    private boolean started;
    private boolean inList;
    private boolean inEnvelope;

    JsonRows(Path file, InputStream in) {
        this.file = file;
        this.parser = JsonText.MAPPER.createParser(in);
    }

    @Override
    public Optional<Row> next() {
        try {
            JsonToken token = parser.nextToken();
            if (!started && token == START_ARRAY) {
                inList = true;
                token = parser.nextToken();
            }
            started = true;
            if (inList) {
                return token == END_ARRAY ? end() : element();
            }
            return token == null ? Optional.empty() : topLevel(token);
        } catch (JacksonException e) {
            throw new DataException(here() + ": " + JsonText.problem(e)
                    + ", expected a list of objects; a damaged .json file cannot be read further, correct or convert it to .jsonl",
                    e);
        }
    }

    private Optional<Row> element() {
        Origin origin = here();
        JsonNode value = parser.readValueAsTree();
        return Optional.of(Row.of(value, origin));
    }

    private Optional<Row> topLevel(JsonToken token) {
        Origin origin = here();
        if (token != START_OBJECT) {
            throw new DataException(origin + ": found " + Row.describe(parser.readValueAsTree())
                    + ", expected a list of objects, or objects one after the other");
        }
        ObjectNode fields = JsonText.MAPPER.createObjectNode();
        while (parser.nextToken() != END_OBJECT) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (name.equals("instances") && value == START_ARRAY && isEnvelope(fields)) {
                inList = true;
                inEnvelope = true;
                return next();
            }
            JsonNode tree = parser.readValueAsTree();
            if (fields.replace(name, tree) != null) {
                throw new DataException(origin + ": field " + name + " stands twice in one object; keep one of them");
            }
        }
        return Optional.of(Row.of(fields, origin));
    }

    private static boolean isEnvelope(ObjectNode before) {
        return before.isEmpty() || before.size() == 1 && before.path("type").isString();
    }

    /** After the list: the rest of the envelope, then nothing. */
    private Optional<Row> end() {
        inList = false;
        if (inEnvelope) {
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                parser.nextToken();
                parser.skipChildren();
            }
        }
        @Nullable
        JsonToken after = parser.nextToken();
        if (after != null) {
            throw new DataException(here() + ": found more after the end of the list, expected one list in the file");
        }
        return Optional.empty();
    }

    private Origin here() {
        int line = parser.currentTokenLocation().getLineNr();
        return Origin.line(file, Math.max(1, line));
    }

    @Override
    public void close() { parser.close(); }
}
