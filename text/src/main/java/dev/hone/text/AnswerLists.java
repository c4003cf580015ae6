package dev.hone.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/** Reads lists of answers to one prompt: in order, or with scores. */
final class AnswerLists {
    private final Row row;
    private final Schema schema;
    private final PassageReader passages;

    AnswerLists(Row row, Schema schema, DialogueFormat format) {
        this.row = row;
        this.schema = schema;
        this.passages = new PassageReader(row, schema, format);
    }

    Ranked ranked() {
        String field = passages.column("answers");
        List<JsonNode> values = several(field);
        boolean alone = schema.column("prompt").isEmpty() && schema.column("prefix").isEmpty();
        List<Passage> answers = new ArrayList<>();
        for (JsonNode value : values) {
            String at = field + "[" + answers.size() + "]";
            Passage answer = alone && value.isString()
                    ? passages.plain(value.stringValue(), at)
                    : passages.answer(value, at);
            if (answers.contains(answer)) {
                throw row.bad(at, "the answer stands at place " + (answers.indexOf(answer) + 1)
                        + " already: one answer cannot be better than itself, leave one of them out");
            }
            answers.add(answer);
        }
        boolean plain = answers.stream().anyMatch(Passage.Plain.class::isInstance);
        return new Ranked(plain ? new Passage.Plain("") : prompt(), answers,
                IntStream.range(0, answers.size()).boxed().toList());
    }

    private Passage prompt() {
        Optional<String> prefix = schema.column("prefix");
        if (prefix.isEmpty()) {
            return passages.prompt();
        }
        return passages.withSystem(PassageReader.alternating(row.required(prefix.get())));
    }

    Scored scored() {
        String field = passages.column("answers");
        List<JsonNode> values = several(field);
        Optional<String> scoresField = schema.column("scores");
        List<JsonNode> scoreValues = scoresField.isPresent()
                ? row.list(scoresField.get())
                : values.stream().map(value -> value.path("score")).toList();
        if (scoreValues.size() != values.size()) {
            throw row.bad(scoresField.orElse(field), "found " + scoreValues.size() + " scores for " + values.size()
                    + " answers, expected one for each");
        }
        List<Passage> answers = new ArrayList<>();
        List<Double> scores = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            String at = "[" + i + "]";
            answers.add(scoresField.isPresent()
                    ? passages.answer(values.get(i), field + at)
                    : passages.answer(values.get(i).path("text"), field + at + ".text"));
            scores.add(row.number(scoreValues.get(i),
                    scoresField.map(name -> name + at).orElse(field + at + ".score")));
        }
        return new Scored(passages.prompt(), answers, scores);
    }

    private List<JsonNode> several(String field) {
        List<JsonNode> values = row.list(field);
        if (values.size() < 2) {
            throw row.bad(field, "found a list of " + values.size()
                    + ", expected at least two answers: one alone is neither better nor worse than another");
        }
        return values;
    }
}
