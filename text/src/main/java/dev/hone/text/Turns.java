package dev.hone.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Reads turns: lists of {@code {"role", "content"}} or {@code {"from", "value"}}, also where they stand as JSON text in a
 * cell or below a field {@code messages}. What else a turn has goes into {@link Message#extras()}.
 */
final class Turns {
    private static final List<String> ROLE_KEYS = List.of("role", "from");
    private static final List<String> CONTENT_KEYS = List.of("content", "value");

    private final Row row;
    private final String field;

    Turns(Row row, String field) {
        this.row = row;
        this.field = field;
    }

    /** Whether a value holds turns rather than a text. */
    static boolean looksLikeTurns(JsonNode value) {
        return value.isArray() || value.isObject();
    }

    List<Message> read() { return read(row.required(field)); }

    /** The turns of a value that stands somewhere in the field. */
    List<Message> read(JsonNode value) {
        if (value.isString()) {
            return read(parsed(value.stringValue()));
        }
        if (value.isObject()) {
            return value.path("messages").isArray() ? dialogue(value) : List.of(message(value, 0));
        }
        if (!value.isArray() || value.isEmpty()) {
            throw row.bad(field, "found " + (value.isArray() ? "an empty list" : Row.describe(value))
                    + ", expected turns as [{\"role\": \"user\", \"content\": \"…\"}, …]");
        }
        List<Message> messages = new ArrayList<>();
        for (JsonNode turn : value) {
            messages.add(message(turn, messages.size()));
        }
        return messages;
    }

    private List<Message> dialogue(JsonNode value) {
        List<Message> turns = read(value.path("messages"));
        String system = value.path("system").asString("");
        if (system.isBlank() || turns.getFirst().role() == Role.SYSTEM) {
            return turns;
        }
        List<Message> all = new ArrayList<>(List.of(Message.system(system)));
        all.addAll(turns);
        return all;
    }

    private JsonNode parsed(String text) {
        String trimmed = text.strip();
        if (trimmed.startsWith("[") || trimmed.startsWith("{")) {
            try {
                return JsonText.MAPPER.readTree(trimmed);
            } catch (JacksonException e) {
                throw row.bad(field, JsonText.problem(e) + ", expected turns as JSON");
            }
        }
        throw row.bad(field, "found text, expected turns as [{\"role\": \"user\", \"content\": \"…\"}, …]");
    }

    private Message message(JsonNode turn, int index) {
        String at = field + "[" + index + "]";
        if (!turn.isObject()) {
            throw row.bad(at,
                    "found " + Row.describe(turn) + ", expected a turn as {\"role\": \"user\", \"content\": \"…\"}");
        }
        String roleKey = key(turn, ROLE_KEYS, at);
        JsonNode role = turn.path(roleKey);
        Role who = (role.isString() ? Role.of(role.stringValue()) : Optional.<Role>empty())
                .orElseThrow(() -> row.bad(at + "." + roleKey, "found " + Row.describe(role)
                        + ", expected system, user, assistant or tool (or human, gpt, bot, function …)"));
        Map<String, Object> extras = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : turn.properties()) {
            if (!entry.getKey().equals(roleKey) && !CONTENT_KEYS.contains(entry.getKey())
                    && !entry.getValue().isNull()) {
                extras.put(entry.getKey(), JsonText.plain(entry.getValue()));
            }
        }
        return new Message(who, content(turn, extras, at), extras);
    }

    private String content(JsonNode turn, Map<String, Object> extras, String at) {
        boolean callsTools = extras.containsKey("tool_calls");
        if (callsTools && CONTENT_KEYS.stream().noneMatch(turn::hasNonNull)) {
            return "";
        }
        String key = key(turn, CONTENT_KEYS, at);
        JsonNode value = turn.path(key);
        if (value.isString()) {
            return value.stringValue();
        }
        if (!value.isArray()) {
            throw row.bad(at + "." + key, "found " + Row.describe(value) + ", expected text");
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : value) {
            if (!part.path("text").isString()) {
                throw row.bad(at + "." + key, "found " + Row.describe(part) + ", expected parts of type text only");
            }
            text.append(part.path("text").stringValue());
        }
        return text.toString();
    }

    private String key(JsonNode turn, List<String> keys, String at) {
        return keys.stream().filter(turn::has).findFirst().orElseThrow(() -> row.bad(at + "." + keys.getFirst(),
                "it is missing; the turn has " + String.join(", ", turn.propertyNames())));
    }
}
