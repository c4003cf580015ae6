package dev.hone.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Takes the columns of the first rows for one of the known shapes. */
final class SchemaDetector {
    /**
     * A set of columns that is a shape.
     *
     * @param parts the part of the shape and its column, by turns
     */
    private record Candidate(Shape shape, List<String> parts) {
        static Candidate of(Shape shape, String... parts) { return new Candidate(shape, List.of(parts)); }
    }

    /** In this order: a row that has several of them is taken for the first. */
    private static final List<Candidate> CANDIDATES = List.of(
            Candidate.of(Shape.MESSAGES, "messages", "messages"),
            Candidate.of(Shape.MESSAGES, "messages", "conversations"),
            Candidate.of(Shape.MESSAGES, "messages", "conversation"),
            Candidate.of(Shape.MESSAGES, "messages", "message"),
            Candidate.of(Shape.PROMPT_COMPLETION, "prompt", "prompt", "completion", "completion"),
            Candidate.of(Shape.INSTRUCTION, "instruction", "instruction", "output", "output"),
            Candidate.of(Shape.INSTRUCTION, "instruction", "instruction", "instances", "instances"),
            Candidate.of(Shape.INSTRUCTION, "instruction", "instruction", "output", "response"),
            Candidate.of(Shape.PROMPT_COMPLETION, "prompt", "question", "completion", "answer"),
            Candidate.of(Shape.PROMPT_COMPLETION, "prompt", "user_input", "completion", "completion"),
            Candidate.of(Shape.PROMPT_COMPLETION, "prompt", "prompt", "completion", "response"),
            Candidate.of(Shape.PROMPT_COMPLETION, "prompt", "input", "completion", "output"),
            Candidate.of(Shape.TEXT, "text", "text"));

    private final Map<String, String> present = new LinkedHashMap<>();
    private final String where;

    /** @param rows the first rows, at least one */
    SchemaDetector(List<Row> rows) {
        Set<String> names = new LinkedHashSet<>();
        rows.forEach(row -> names.addAll(row.fields().propertyNames()));
        names.forEach(name -> present.putIfAbsent(name.toLowerCase(Locale.ROOT), name));
        this.where = rows.getFirst().origin().toString();
    }

    Schema detect(Columns columns) {
        Map<String, String> fields = new LinkedHashMap<>();
        Shape shape = named(columns, fields).orElseGet(() -> matched(fields));
        if (!columns.system().isEmpty()) {
            fields.put("system", existing(columns.system()));
        } else if (present.containsKey("system") && shape != Shape.TEXT) {
            fields.put("system", column("system"));
        }
        if (shape == Shape.MESSAGES && present.containsKey("tools")) {
            fields.put("tools", column("tools"));
        }
        if (shape == Shape.INSTRUCTION && present.containsKey("input") && !fields.containsKey("instances")) {
            fields.put("input", column("input"));
        }
        List<String> unused = new ArrayList<>(present.values());
        unused.removeAll(fields.values());
        return new Schema(shape, fields, unused);
    }

    private Optional<Shape> named(Columns columns, Map<String, String> fields) {
        if (!columns.text().isEmpty()) {
            fields.put("text", existing(columns.text()));
            return Optional.of(Shape.TEXT);
        }
        if (!columns.messages().isEmpty()) {
            fields.put("messages", existing(columns.messages()));
            return Optional.of(Shape.MESSAGES);
        }
        if (!columns.prompt().isEmpty()) {
            fields.put("prompt", existing(columns.prompt()));
            fields.put("completion", existing(columns.completion()));
            return Optional.of(Shape.PROMPT_COMPLETION);
        }
        return Optional.empty();
    }

    private Shape matched(Map<String, String> fields) {
        for (Candidate candidate : CANDIDATES) {
            if (hasAll(candidate)) {
                for (int i = 0; i < candidate.parts().size(); i += 2) {
                    fields.put(candidate.parts().get(i), column(candidate.parts().get(i + 1)));
                }
                return candidate.shape();
            }
        }
        String found = where + ": the fields " + String.join(", ", present.values()) + " are no known shape";
        if (present.containsKey("chosen") && present.containsKey("rejected")) {
            throw new DataException(found
                    + " of demonstrations but preference data; to train on the chosen side, name it: "
                    + (present.containsKey("prompt")
                            ? "the prompt column prompt and the completion column chosen"
                            : "the text column chosen (with dialogue_format: hh where its turns are marked Human: and Assistant:)"));
        }
        throw new DataException(found + "; expected one of:" + DataKind.DEMONSTRATIONS.examples()
                + "\nor name the columns, as dataset_text_field does for the text column");
    }

    private boolean hasAll(Candidate candidate) {
        for (int i = 1; i < candidate.parts().size(); i += 2) {
            if (!present.containsKey(candidate.parts().get(i))) {
                return false;
            }
        }
        return true;
    }

    private String column(String lowerCase) {
        String name = present.get(lowerCase);
        if (name == null) {
            throw new IllegalStateException("column " + lowerCase + " was not looked for before");
        }
        return name;
    }

    private String existing(String column) {
        if (present.containsValue(column)) {
            return column;
        }
        throw new DataException(where + ": there is no column " + column + "; the rows have "
                + String.join(", ", present.values()));
    }
}
