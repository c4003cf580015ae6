package dev.hone.text;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Reads the prompts and answers of one row of labelled data. */
final class PassageReader {
    private final Row row;
    private final Schema schema;
    private final DialogueFormat format;

    PassageReader(Row row, Schema schema, DialogueFormat format) {
        this.row = row;
        this.schema = schema;
        this.format = format;
    }

    /** The prompt; one that says nothing where the shape has no such column or the row leaves it empty. */
    Passage prompt() {
        String field = schema.column("prompt").orElse("");
        JsonNode value = row.fields().path(field);
        if (field.isEmpty() || value.isMissingNode() || value.isNull()) {
            return withSystem(List.of());
        }
        if (Turns.looksLikeTurns(value)) {
            return withSystem(turns(value, field));
        }
        String text = row.text(field);
        return withSystem(format == DialogueFormat.NONE ? List.of(Message.user(text)) : split(text, field));
    }

    private List<Message> turns(JsonNode value, String field) {
        boolean speech = value.isArray() && value.valueStream().allMatch(JsonNode::isString) && !value.isEmpty();
        return speech ? alternating(value) : new Turns(row, field).read(value);
    }

    /** Texts without names: the user speaks first, then by turns. */
    static List<Message> alternating(JsonNode texts) {
        List<Message> messages = new ArrayList<>();
        for (JsonNode text : texts) {
            messages.add(new Message(messages.size() % 2 == 0 ? Role.USER : Role.ASSISTANT, text.stringValue()));
        }
        return messages;
    }

    /** An answer, written as text or as turns. */
    Passage answer(JsonNode value, String field) {
        if (value.isMissingNode() || value.isNull()) {
            throw row.bad(field, (value.isNull() ? "found null" : "it is missing") + ", expected an answer");
        }
        if (Turns.looksLikeTurns(value)) {
            return dialogue(new Turns(row, field).read(value), field);
        }
        if (!value.isString()) {
            throw row.bad(field, "found " + Row.describe(value) + ", expected text");
        }
        String text = value.stringValue();
        return dialogue(List.of(Message.assistant(format == DialogueFormat.NONE ? text : text.strip())), field);
    }

    Passage answer(String part) {
        String field = column(part);
        return answer(row.fields().path(field), field);
    }

    /** Turns that end with a reply in which something is said. */
    Passage dialogue(List<Message> messages, String field) {
        Message last = messages.getLast();
        if (last.role() != Role.ASSISTANT) {
            throw row.bad(field, "it ends with a turn of the " + last.role().text()
                    + ", expected a reply of the assistant at the end");
        }
        if (last.content().isBlank() && last.extras().isEmpty()) {
            throw empty(field);
        }
        return new Passage.Dialogue(messages);
    }

    /** Plain text in which something is said. */
    Passage plain(String text, String field) {
        if (text.isBlank()) {
            throw empty(field);
        }
        return new Passage.Plain(text);
    }

    BadRowException empty(String field) {
        return row.bad(field, "the answer is empty: nothing can be learned from it, expected some text");
    }

    /** Turns with the system prompt of the row, where it has one, before them. */
    Passage withSystem(List<Message> messages) {
        String system = schema.column("system").map(row::optionalText).orElse("");
        if (system.isEmpty() || !messages.isEmpty() && messages.getFirst().role() == Role.SYSTEM) {
            return new Passage.Dialogue(messages);
        }
        List<Message> all = new ArrayList<>(List.of(Message.system(system)));
        all.addAll(messages);
        return new Passage.Dialogue(all);
    }

    /** The turns of a text in which they are marked. */
    List<Message> split(String text, String field) {
        return format.split(text).orElseThrow(() -> row.bad(field,
                "found no turns in it, expected text that begins with " + format.marks()));
    }

    String column(String part) {
        return schema.column(part).orElseThrow(() -> new IllegalStateException("the schema has no " + part));
    }
}
