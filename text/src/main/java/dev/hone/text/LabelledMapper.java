package dev.hone.text;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Makes labelled samples of rows, as a schema says. */
final class LabelledMapper {
    private final Schema schema;
    private final DialogueFormat format;

    LabelledMapper(Schema schema, DialogueFormat format) {
        this.schema = schema;
        this.format = format;
    }

    /** The samples of a row: one, or one for each ranked turn of a message tree. */
    List<? extends Labelled> map(Row row) {
        PassageReader passages = new PassageReader(row, schema, format);
        return switch (schema.shape()) {
            case PREFERENCE -> List.of(new PairMapper(row, schema, format).map());
            case JUDGED -> List.of(new Judged(passages.prompt(), passages.answer("completion"),
                    truth(row, passages, "label")));
            case RANKED -> schema.column("tree").isPresent()
                    ? new MessageTree(row, passages.column("tree"), schema, format).rankings()
                    : List.of(new AnswerLists(row, schema, format).ranked());
            case SCORED -> List.of(new AnswerLists(row, schema, format).scored());
            case GRADED -> List.of(graded(row, passages));
            case SAFETY -> List.of(safety(row, passages));
            case STEPS -> List.of(steps(row, passages));
            case MESSAGES, PROMPT_COMPLETION, INSTRUCTION, TEXT ->
                throw new IllegalStateException(schema.shape() + " has no labels");
        };
    }

    private static boolean truth(Row row, PassageReader passages, String part) {
        String field = passages.column(part);
        return row.truth(row.required(field), field);
    }

    private Graded graded(Row row, PassageReader passages) {
        String field = passages.column("score");
        JsonNode label = row.required(field);
        double score = label.isBoolean() ? (label.booleanValue() ? 1 : 0) : row.number(label, field);
        String text = passages.column("completion");
        JsonNode value = row.required(text);
        boolean alone = schema.column("prompt").isEmpty();
        if (alone && value.isString() && format == DialogueFormat.NONE) {
            return new Graded(new Passage.Plain(""), passages.plain(value.stringValue(), text), score);
        }
        if (alone && value.isString()) {
            return new Graded(passages.withSystem(List.of()),
                    passages.dialogue(passages.split(value.stringValue(), text), text), score);
        }
        return new Graded(passages.prompt(), passages.answer("completion"), score);
    }

    private SafetyPair safety(Row row, PassageReader passages) {
        return new SafetyPair(passages.prompt(), passages.answer("first"), passages.answer("second"),
                first(row, passages, "better"), first(row, passages, "safer"), truth(row, passages, "first_safe"),
                truth(row, passages, "second_safe"));
    }

    /** Whether the first answer is meant: by the id of an answer, or by a truth value about the first. */
    private boolean first(Row row, PassageReader passages, String part) {
        if (schema.column("first_" + part).isPresent()) {
            return truth(row, passages, "first_" + part);
        }
        String field = passages.column(part);
        double id = row.number(row.required(field), field);
        if (id != 0 && id != 1) {
            throw row.bad(field,
                    "found " + Row.describe(row.required(field)) + ", expected 0 or 1, the number of a response");
        }
        return id == 0;
    }

    private static Stepwise steps(Row row, PassageReader passages) {
        String stepsField = passages.column("steps");
        String labelsField = passages.column("labels");
        List<String> steps = new ArrayList<>();
        for (JsonNode step : row.list(stepsField)) {
            String at = stepsField + "[" + steps.size() + "]";
            if (!step.isString()) {
                throw row.bad(at, "found " + Row.describe(step) + ", expected text");
            }
            if (step.stringValue().isBlank()) {
                throw passages.empty(at);
            }
            steps.add(step.stringValue());
        }
        List<Boolean> labels = new ArrayList<>();
        for (JsonNode label : row.list(labelsField)) {
            labels.add(row.truth(label, labelsField + "[" + labels.size() + "]"));
        }
        if (steps.isEmpty() || steps.size() != labels.size()) {
            throw row.bad(labelsField, "found " + labels.size() + " labels for " + steps.size()
                    + " steps, expected at least one step and a label for each");
        }
        return new Stepwise(passages.prompt(), steps, labels);
    }
}
