package dev.hone.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Takes the columns of the first rows for one of the shapes of labelled data that a kind allows. */
final class LabelledSchemaDetector {
    /**
     * A set of columns that is a shape.
     *
     * @param required the parts that must be there, each with the columns that may hold it
     * @param optional the parts that may be there
     */
    private record Candidate(Shape shape, Map<String, List<String>> required, Map<String, List<String>> optional) {}

    private static final String PROMPT = "prompt|context|question|instruction|user_input";
    private static final String INPUT = "prompt|input|question|instruction|user_input";
    private static final String ANSWERS = "answers|responses|completions|replies|output|outputs";

    /** In this order: a row that has several of them is taken for the first that the kind allows. */
    private static final List<Candidate> CANDIDATES = List.of(
            new Candidate(Shape.PREFERENCE, parts("chosen", "chosen", "rejected", "rejected"),
                    parts("prompt", PROMPT, "margin", "margin", "reference", "reference")),
            new Candidate(Shape.SAFETY,
                    parts("prompt", "prompt", "first", "response_0", "second", "response_1", "better",
                            "better_response_id", "safer", "safer_response_id", "first_safe", "is_response_0_safe",
                            "second_safe", "is_response_1_safe"),
                    Map.of()),
            new Candidate(Shape.SAFETY,
                    parts("prompt", "input|dialogue", "first", "answer", "second", "other_answer", "first_better",
                            "better", "first_safer", "safer", "first_safe", "is_safe", "second_safe", "is_other_safe"),
                    Map.of()),
            new Candidate(Shape.STEPS,
                    parts("prompt", "prompt|question|input", "steps", "completions|steps", "labels", "labels"),
                    Map.of()),
            new Candidate(Shape.JUDGED,
                    parts("prompt", PROMPT, "completion", "completion|response|answer|output", "label", "label"),
                    Map.of()),
            new Candidate(Shape.SCORED, parts("prompt", INPUT, "answers", ANSWERS, "scores", "scores|rewards"),
                    Map.of()),
            new Candidate(Shape.SCORED, parts("answers", ANSWERS), parts("prompt", INPUT)),
            new Candidate(Shape.RANKED, parts("tree", "prompt", "tree_id", "message_tree_id"), Map.of()),
            new Candidate(Shape.RANKED, parts("answers", "replies", "prefix", "prefix"), Map.of()),
            new Candidate(Shape.RANKED, parts("answers", ANSWERS), parts("prompt", INPUT)),
            new Candidate(Shape.GRADED,
                    parts("completion", "text|completion|response|sentence", "score",
                            "score|label|rating|reward|class"),
                    parts("prompt", PROMPT)));

    private final Map<String, String> present = new LinkedHashMap<>();
    private final List<Row> rows;
    private final String where;

    /** @param rows the first rows, at least one */
    LabelledSchemaDetector(List<Row> rows) {
        Set<String> names = new LinkedHashSet<>();
        rows.forEach(row -> names.addAll(row.fields().propertyNames()));
        names.forEach(name -> present.putIfAbsent(name.toLowerCase(Locale.ROOT), name));
        this.rows = rows;
        this.where = rows.getFirst().origin().toString();
    }

    private static Map<String, List<String>> parts(String... namesAndColumns) {
        Map<String, List<String>> parts = new LinkedHashMap<>();
        for (int i = 0; i < namesAndColumns.length; i += 2) {
            parts.put(namesAndColumns[i], List.of(namesAndColumns[i + 1].split("\\|")));
        }
        return parts;
    }

    Schema detect(DataKind kind, Columns columns) {
        columns.parts().values().forEach(this::requireColumn);
        for (Shape shape : kind.shapes()) {
            for (Candidate candidate : CANDIDATES) {
                Map<String, String> fields = new LinkedHashMap<>();
                if (candidate.shape() == shape && take(candidate.required(), columns.parts(), fields)
                        && serves(shape, fields)) {
                    take(candidate.optional(), columns.parts(), fields);
                    return schema(shape, fields, columns);
                }
            }
        }
        throw unknown(kind);
    }

    private Schema schema(Shape shape, Map<String, String> fields, Columns columns) {
        String system = columns.system().isEmpty() ? present.getOrDefault("system", "") : columns.system();
        if (!system.isEmpty()) {
            requireColumn(system);
            fields.put("system", system);
        }
        List<String> unused = new ArrayList<>(present.values());
        unused.removeAll(fields.values());
        return new Schema(shape, fields, unused);
    }

    /** Finds the columns of some parts; false if one has none. */
    private boolean take(Map<String, List<String>> parts, Map<String, String> named, Map<String, String> fields) {
        boolean all = true;
        for (Map.Entry<String, List<String>> part : parts.entrySet()) {
            String column = named.containsKey(part.getKey())
                    ? named.get(part.getKey())
                    : part.getValue().stream().filter(present::containsKey).map(present::get).findFirst().orElse("");
            if (column.isEmpty() || fields.containsValue(column)) {
                all = false;
            } else {
                fields.put(part.getKey(), column);
            }
        }
        return all;
    }

    /** Whether the values can be this shape: a column called output holds a text as often as a list, or a scored list. */
    private boolean serves(Shape shape, Map<String, String> fields) {
        String answers = fields.getOrDefault("answers", "");
        if (answers.isEmpty()) {
            return true;
        }
        boolean scoresApart = shape == Shape.RANKED || fields.containsKey("scores");
        return rows.stream().map(row -> row.fields().path(answers)).anyMatch(value -> isList(value)
                && ((value.isArray() && value.path(0).has("score")) != scoresApart));
    }

    private static boolean isList(JsonNode value) {
        return value.isArray() || value.isString() && value.stringValue().stripLeading().startsWith("[");
    }

    private void requireColumn(String column) {
        if (!present.containsValue(column)) {
            throw new DataException(where + ": there is no column " + column + "; the rows have "
                    + String.join(", ", present.values()));
        }
    }

    private DataException unknown(DataKind kind) {
        StringBuilder hint = new StringBuilder();
        for (Candidate candidate : CANDIDATES) {
            if (hint.isEmpty() && !kind.shapes().contains(candidate.shape())
                    && take(candidate.required(), Map.of(), new LinkedHashMap<>())) {
                hint.append("; they look like ").append(DataKind.of(candidate.shape()).title())
                        .append(", which another method takes");
            }
        }
        return new DataException(where + ": the fields " + String.join(", ", present.values())
                + " are no known shape of "
                + kind.title() + hint + "; expected one of:" + kind.examples() + "\nor name the columns of the parts");
    }
}
