package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.testkit.Golden;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** TRL's functions on dataset formats. */
@Tag("golden")
class DataUtilsGoldenTest {
    private static final String APPLY = "apply_chat_template_";

    static List<JsonNode> cases(String function) {
        return Golden.json(Golden.path("chat", "data_utils.json")).get(function).valueStream().toList();
    }

    static List<JsonNode> extractPrompt() { return cases("extract_prompt"); }

    static List<JsonNode> convertToChatml() { return cases("maybe_convert_to_chatml"); }

    static List<JsonNode> unpair() { return cases("unpair_preference_dataset"); }

    static Stream<Map.Entry<String, JsonNode>> applyChatTemplate() {
        return Golden.json(Golden.path("chat", "data_utils.json")).properties().stream()
                .filter(entry -> entry.getKey().startsWith(APPLY))
                .flatMap(entry -> entry.getValue().valueStream()
                        .map(one -> Map.entry(entry.getKey().substring(APPLY.length()), one)));
    }

    private static Row row(JsonNode fields) { return new Row((ObjectNode) fields, Origin.line(Path.of("golden"), 1)); }

    private static Sample sample(DataKind kind, JsonNode fields) {
        Row row = row(fields);
        Schema schema = new LabelledSchemaDetector(List.of(row)).detect(kind, Columns.detected());
        return new LabelledMapper(schema, DialogueFormat.NONE).map(row).getFirst();
    }

    /** A passage as the golden file writes it. */
    private static Object plain(JsonNode value) {
        return value.isString()
                ? value.stringValue()
                : new Turns(row(JsonText.MAPPER.createObjectNode()), "x").read(value);
    }

    private static Object plain(Passage passage) {
        return passage instanceof Passage.Dialogue dialogue ? dialogue.messages() : passage.text();
    }

    @ParameterizedTest
    @MethodSource("extractPrompt")
    void thePromptIsSplitOff(JsonNode golden) {
        Preference pair = (Preference) sample(DataKind.PREFERENCES, golden.get("in"));
        assertThat(plain(pair.prompt())).isEqualTo(plain(golden.get("out").get("prompt")));
        assertThat(plain(pair.chosen())).isEqualTo(plain(golden.get("out").get("chosen")));
        assertThat(plain(pair.rejected())).isEqualTo(plain(golden.get("out").get("rejected")));
    }

    @ParameterizedTest
    @MethodSource("convertToChatml")
    void turnsUnderOtherNamesAreTheSameTurns(JsonNode golden) {
        List<List<Message>> found = new ArrayList<>();
        List<List<Message>> expected = new ArrayList<>();
        golden.get("in").properties()
                .forEach(column -> found.add(new Turns(row(golden.get("in")), column.getKey()).read()));
        golden.get("out").properties()
                .forEach(column -> expected.add(new Turns(row(golden.get("out")), column.getKey()).read()));
        assertThat(found).isEqualTo(expected).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("unpair")
    void pairsAreTakenApart(JsonNode golden) {
        JsonNode in = golden.get("in");
        List<Sample> pairs = new ArrayList<>();
        for (int i = 0; i < in.get("prompt").size(); i++) {
            pairs.add(new Preference(Passage.user(in.get("prompt").get(i).stringValue()),
                    Passage.assistant(in.get("chosen").get(i).stringValue()),
                    Passage.assistant(in.get("rejected").get(i).stringValue())));
        }
        Dataset unpaired = Unpaired.of(EncoderTest.dataset(Shape.PREFERENCE, pairs.toArray(Sample[]::new)));
        JsonNode out = golden.get("out");
        assertThat(unpaired.size()).isEqualTo(out.get("label").size());
        for (int i = 0; i < unpaired.size(); i++) {
            assertThat(unpaired.samples().get(i))
                    .isEqualTo(new Judged(Passage.user(out.get("prompt").get(i).stringValue()),
                            Passage.assistant(out.get("completion").get(i).stringValue()),
                            out.get("label").get(i).booleanValue()));
        }
    }

    /**
     * A prompt that ends with a reply begun is left out: TRL has the policy close that turn and open another, Hone lets the
     * template do both as part of the prompt.
     */
    @ParameterizedTest
    @MethodSource("applyChatTemplate")
    void theTemplateWritesPromptsAndAnswers(Map.Entry<String, JsonNode> named) {
        JsonNode in = named.getValue().get("in");
        JsonNode out = named.getValue().get("out");
        ConversationRenderer renderer = ConversationRenderer
                .of(ChatTemplate.ofModelFolder(Golden.path("chat", named.getKey())).orElseThrow());
        List<Message> prompt = in.has("prompt") ? new Turns(row(in), "prompt").read() : List.of();
        List<String> sides = Stream.of("completion", "chosen", "rejected").filter(in::has).toList();
        if (sides.isEmpty()) {
            List<Message> messages = in.has("messages") ? new Turns(row(in), "messages").read() : prompt;
            assertThat(renderer.render(messages, in.has("prompt")).text())
                    .isEqualTo(out.get(in.has("messages") ? "text" : "prompt").stringValue());
            return;
        }
        if (!prompt.isEmpty() && prompt.getLast().role() == Role.ASSISTANT) {
            return;
        }
        List<List<Message>> answers = sides.stream().map(side -> new Turns(row(in), side).read()).toList();
        RenderedPrompt texts = RenderedPrompt.of(prompt, answers, renderer);
        for (int i = 0; i < sides.size(); i++) {
            assertThat(texts.prompt() + texts.answer(i))
                    .isEqualTo(out.path("prompt").asString("") + out.get(sides.get(i)).stringValue());
        }
        if (in.has("prompt")) {
            assertThat(texts.prompt()).isEqualTo(out.get("prompt").stringValue());
        }
    }
}
