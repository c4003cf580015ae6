package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.testkit.Golden;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Every golden chat template with its tokenizer, from messages to weights. */
@Tag("golden")
class ChatEncodingTest {
    static List<Path> templates() { return Golden.folders("chat"); }

    @ParameterizedTest
    @MethodSource("templates")
    void conversationsAreEncodedAsInPython(Path folder) {
        JsonNode golden = Golden.json(folder.resolve("golden.json"));
        Tokenizer tokenizer = HubTokenizer.load(Golden.root().resolve(golden.get("tokenizer").asString()));
        ChatTemplate template = ChatTemplate.ofModelFolder(folder).orElseThrow();
        int seen = 0;
        for (JsonNode conversation : golden.get("conversations")) {
            if (isWhole(conversation)) {
                seen++;
                check(conversation, tokenizer, template);
            }
        }
        assertThat(seen).isPositive();
    }

    /** A conversation to train on: rendered to its end, with a reply in it. */
    private static boolean isWhole(JsonNode conversation) {
        JsonNode options = conversation.get("kwargs");
        boolean replies = conversation.get("messages").valueStream()
                .anyMatch(message -> "assistant".equals(message.path("role").asString("")));
        return replies && conversation.hasNonNull("text") && !options.path("add_generation_prompt").asBoolean(false)
                && !options.has("continue_final_message");
    }

    private static void check(JsonNode conversation, Tokenizer tokenizer, ChatTemplate template) {
        String name = conversation.get("name").asString();
        Conversation row = row(conversation);
        List<Message> messages = row.messages();
        Encoder encoder = Encoder.chat(tokenizer, renderer(template, conversation.get("kwargs")),
                EncodeOptions.of(LossMode.ASSISTANT_ONLY, 100_000));
        Encoded encoded = encoder.encode(row);
        assertThat(encoded.ids()).as(name).isEqualTo(HubTokenizerTest.ints(conversation.get("input_ids")));
        if (conversation.hasNonNull("assistant_masks")) {
            int[] mask = HubTokenizerTest.ints(conversation.get("assistant_masks"));
            for (int i = 1; i < mask.length; i++) {
                assertThat(encoded.weight()[i]).as("%s, token %d", name, i).isEqualTo(mask[i]);
            }
        }
        int eos = tokenizer.vocabulary().eos().orElse(-1);
        for (int i = 1; i < encoded.length(); i++) {
            boolean lost = encoded.weight()[i - 1] > 0 && encoded.ids()[i] == eos && encoded.weight()[i] == 0;
            assertThat(lost).as("%s: the end token at %d carries loss", name, i).isFalse();
        }
        boolean says = messages.stream()
                .anyMatch(message -> message.role() == Role.ASSISTANT && !message.content().isBlank());
        assertThat(encoded.trainedTokens() > 0 || !says).as(name).isTrue();
    }

    /** The conversation as a row of a file: its turns, and its tools in a column. */
    private static Conversation row(JsonNode conversation) {
        ObjectNode fields = JsonText.MAPPER.createObjectNode();
        fields.set("messages", conversation.get("messages"));
        fields.set("tools", conversation.at("/kwargs/tools"));
        Row row = Row.of(fields, Origin.line(Path.of("golden.json"), 1));
        Schema schema = new SchemaDetector(List.of(row)).detect(Columns.detected());
        return (Conversation) new SampleMapper(schema, DialogueFormat.NONE).map(row).getFirst();
    }

    private static ConversationRenderer renderer(ChatTemplate template, JsonNode options) {
        Map<String, Object> variables = new LinkedHashMap<>();
        options.properties().forEach(option -> {
            if (!option.getKey().equals("tools") && !option.getKey().equals("add_generation_prompt")) {
                variables.put(option.getKey(), JsonText.plain(option.getValue()));
            }
        });
        return ConversationRenderer.of(template, List.of(), variables);
    }
}
