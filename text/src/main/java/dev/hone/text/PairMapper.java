package dev.hone.text;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import tools.jackson.databind.JsonNode;

/** Makes preference pairs of rows, splitting off the prompt where both sides were written with it. */
final class PairMapper {
    private static final String ANSWER_MARK = "Assistant:";

    private final Row row;
    private final PassageReader passages;
    private final Schema schema;
    private final DialogueFormat format;

    PairMapper(Row row, Schema schema, DialogueFormat format) {
        this.row = row;
        this.schema = schema;
        this.format = format;
        this.passages = new PassageReader(row, schema, format);
    }

    Preference map() {
        JsonNode chosen = row.required(passages.column("chosen"));
        JsonNode rejected = row.required(passages.column("rejected"));
        if (Turns.looksLikeTurns(chosen) != Turns.looksLikeTurns(rejected)) {
            throw row.bad(passages.column("rejected"), "found " + Row.describe(rejected) + " where "
                    + passages.column("chosen") + " is " + Row.describe(chosen) + ", expected both alike");
        }
        return hasPrompt(chosen) ? explicit() : Turns.looksLikeTurns(chosen) ? sharedTurns() : sharedText();
    }

    /** A text as prompt beside dialogues that hold it too is left out, as TRL does. */
    private boolean hasPrompt(JsonNode chosen) {
        JsonNode prompt = schema.column("prompt").map(row.fields()::path).filter(value -> !value.isNull())
                .orElse(JsonText.MAPPER.missingNode());
        if (prompt.isMissingNode() || Turns.looksLikeTurns(prompt) || !Turns.looksLikeTurns(chosen)) {
            return !prompt.isMissingNode();
        }
        return new Turns(row, passages.column("chosen")).read().getFirst().role() == Role.ASSISTANT;
    }

    private Preference explicit() {
        Optional<Passage> reference = schema.column("reference").map(field -> passages.answer("reference"));
        return new Preference(passages.prompt(), passages.answer("chosen"), passages.answer("rejected"), margin(),
                reference);
    }

    private Preference sharedTurns() {
        return shared(new Turns(row, passages.column("chosen")).read(),
                new Turns(row, passages.column("rejected")).read());
    }

    private Preference shared(List<Message> chosen, List<Message> rejected) {
        int prompt = CommonPrompt.ofTurns(chosen, rejected);
        Optional<Passage> reference = schema.column("reference").map(field -> {
            JsonNode value = row.required(field);
            List<Message> turns = Turns.looksLikeTurns(value) ? new Turns(row, field).read() : List.<Message>of();
            boolean whole = turns.size() > prompt && turns.subList(0, prompt).equals(chosen.subList(0, prompt));
            return whole
                    ? passages.dialogue(turns.subList(prompt, turns.size()), field)
                    : passages.answer(value, field);
        });
        return new Preference(passages.withSystem(chosen.subList(0, prompt)),
                passages.dialogue(chosen.subList(prompt, chosen.size()), passages.column("chosen")),
                passages.dialogue(rejected.subList(prompt, rejected.size()), passages.column("rejected")), margin(),
                reference);
    }

    private Preference sharedText() {
        String chosenField = passages.column("chosen");
        String rejectedField = passages.column("rejected");
        String chosen = row.text(chosenField);
        String rejected = row.text(rejectedField);
        requireAnswer(chosen, chosenField);
        requireAnswer(rejected, rejectedField);
        if (format != DialogueFormat.NONE) {
            return shared(passages.split(chosen, chosenField), passages.split(rejected, rejectedField));
        }
        int at = CommonPrompt.ofTexts(chosen, rejected);
        String prompt = chosen.substring(0, at);
        Optional<Passage> reference = schema.column("reference").map(field -> {
            String text = row.text(field);
            return passages.plain(text.startsWith(prompt) ? text.substring(at) : text, field);
        });
        return new Preference(new Passage.Plain(prompt), passages.plain(chosen.substring(at), chosenField),
                passages.plain(rejected.substring(at), rejectedField), margin(), reference);
    }

    /** A dialogue that breaks off where the reply should begin would lend a part of its prompt to the answer. */
    private void requireAnswer(String text, String field) {
        if (text.isBlank() || text.stripTrailing().endsWith(ANSWER_MARK)) {
            throw passages.empty(field);
        }
    }

    private OptionalDouble margin() {
        Optional<String> field = schema.column("margin");
        JsonNode value = field.map(row.fields()::path).orElse(JsonText.MAPPER.missingNode());
        return value.isMissingNode() || value.isNull()
                ? OptionalDouble.empty()
                : OptionalDouble.of(row.number(value, field.orElseThrow()));
    }
}
