package dev.hone.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes samples of rows, as a schema says. */
final class SampleMapper {
    private final Schema schema;
    private final DialogueFormat format;

    SampleMapper(Schema schema, DialogueFormat format) {
        this.schema = schema;
        this.format = format;
    }

    /** The samples of a row: one, or one for each instance of an instruction with instances. */
    List<Sample> map(Row row) {
        return switch (schema.shape()) {
            case TEXT -> List.of(text(row));
            case MESSAGES -> List.of(conversation(row, new Turns(row, part("messages")).read()));
            case PROMPT_COMPLETION -> List.of(promptAndCompletion(row));
            case INSTRUCTION -> instructions(row);
            case PREFERENCE, JUDGED, RANKED, SCORED, GRADED, SAFETY, STEPS ->
                throw new IllegalStateException(schema.shape() + " is no demonstration");
        };
    }

    private Sample text(Row row) {
        String field = part("text");
        if (Turns.looksLikeTurns(row.required(field))) {
            return conversation(row, new Turns(row, field).read());
        }
        String text = row.text(field);
        return format == DialogueFormat.NONE ? new Document(text) : split(row, field, text);
    }

    private Sample promptAndCompletion(Row row) {
        String prompt = part("prompt");
        String completion = part("completion");
        boolean texts = row.required(prompt).isString() && row.required(completion).isString();
        if (texts && format != DialogueFormat.NONE) {
            return split(row, prompt, row.text(prompt) + row.text(completion));
        }
        List<Message> messages = new ArrayList<>(side(row, prompt, Message::user));
        messages.addAll(side(row, completion, Message::assistant));
        return conversation(row, messages);
    }

    private static List<Message> side(Row row, String field, Function<String, Message> speaker) {
        return Turns.looksLikeTurns(row.required(field))
                ? new Turns(row, field).read()
                : List.of(speaker.apply(row.text(field)));
    }

    private List<Sample> instructions(Row row) {
        String instruction = row.text(part("instruction"));
        Optional<String> instances = schema.column("instances");
        if (instances.isEmpty()) {
            String input = schema.column("input").map(row::optionalText).orElse("");
            return List.of(instruction(row, instruction, input, row.text(part("output"))));
        }
        JsonNode list = row.required(instances.get());
        if (!list.isArray() || list.isEmpty()) {
            throw row.bad(instances.get(),
                    "found " + Row.describe(list) + ", expected a list of {\"input\", \"output\"}");
        }
        List<Sample> samples = new ArrayList<>();
        for (JsonNode instance : list) {
            String at = instances.get() + "[" + samples.size() + "]";
            if (!(instance instanceof ObjectNode fields)) {
                throw row.bad(at, "found " + Row.describe(instance) + ", expected {\"input\", \"output\"}");
            }
            Row inner = new Row(fields, row.origin());
            samples.add(instruction(row, instruction, inner.optionalText("input"), inner.text("output")));
        }
        return samples;
    }

    private Sample instruction(Row row, String instruction, String input, String output) {
        String prompt = input.isBlank() ? instruction : instruction + "\n\n" + input;
        return conversation(row, List.of(Message.user(prompt), Message.assistant(output)));
    }

    private Sample split(Row row, String field, String text) {
        return conversation(row, format.split(text).orElseThrow(() -> row.bad(field,
                "found no turns in it, expected text that begins with " + format.marks())));
    }

    private Sample conversation(Row row, List<Message> messages) {
        String system = schema.column("system").map(row::optionalText).orElse("");
        List<Object> tools = schema.column("tools").map(field -> new Tools(row, field).read()).orElse(List.of());
        if (system.isEmpty()) {
            return new Conversation(messages, tools);
        }
        List<Message> all = new ArrayList<>(List.of(Message.system(system)));
        all.addAll(messages);
        return new Conversation(all, tools);
    }

    private String part(String name) {
        return schema.column(name).orElseThrow(() -> new IllegalStateException("the schema has no " + name));
    }
}
