package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.testkit.Golden;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every template and conversation of golden/chat renders to the text that transformers made of it. */
@Tag("golden")
class ChatTemplateGoldenTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {
    };

    @TestFactory
    Stream<DynamicTest> rendersAsTransformers() {
        return Golden.folders("chat").stream().filter(folder -> Files.exists(folder.resolve("golden.json")))
                .flatMap(folder -> cases(folder).stream());
    }

    private static List<DynamicTest> cases(Path folder) {
        ChatTemplate template = ChatTemplate.ofModelFolder(folder).orElseThrow();
        ChatTemplate fromConfig = ChatTemplate
                .parse(Golden.json(folder.resolve("tokenizer_config.json")).path("chat_template").asString())
                .withSpecialTokens(template.specialTokens());
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode conversation : Golden.json(folder.resolve("golden.json")).path("conversations")) {
            String name = folder.getFileName() + ": " + conversation.path("name").asString();
            tests.add(DynamicTest.dynamicTest(name, () -> check(template, conversation)));
            tests.add(DynamicTest.dynamicTest(name + ", template of tokenizer_config.json",
                    () -> check(fromConfig, conversation)));
        }
        assertThat(tests).as("conversations in " + folder).isNotEmpty();
        return tests;
    }

    private static void check(ChatTemplate template, JsonNode conversation) {
        Map<String, Object> variables = new LinkedHashMap<>(JSON.convertValue(conversation.path("kwargs"), OBJECT));
        boolean continues = Boolean.TRUE.equals(variables.remove("continue_final_message"));
        boolean prompts = Boolean.TRUE.equals(variables.remove("add_generation_prompt"));
        List<Map<String, Object>> messages = new ArrayList<>();
        conversation.path("messages").forEach(message -> messages.add(JSON.convertValue(message, OBJECT)));
        ChatTemplate.Options options = new ChatTemplate.Options(prompts, continues, List.of(), variables);
        if (conversation.has("error")) {
            String error = conversation.path("error").asString();
            assertThatThrownBy(() -> template.renderMaps(messages, options)).isInstanceOf(TemplateException.class)
                    .hasMessageContaining(
                            error.startsWith("TemplateError: ") ? error.substring("TemplateError: ".length()) : "line");
            return;
        }
        RenderedText rendered = template.renderMaps(messages, options);
        assertThat(rendered.text()).isEqualTo(conversation.path("text").asString());
        checkSpans(template, rendered, conversation);
    }

    /** The ids of the masks are checked where tokenizers are; here, that text is marked exactly where they mark tokens. */
    private static void checkSpans(ChatTemplate template, RenderedText rendered, JsonNode conversation) {
        JsonNode masks = conversation.path("assistant_masks");
        assertThat(template.marksGeneration() || rendered.generated().isEmpty()).isTrue();
        if (!masks.isArray()) {
            return;
        }
        List<Boolean> marked = new ArrayList<>();
        masks.forEach(mask -> marked.add(mask.asInt() != 0));
        long runs = Stream.iterate(0, i -> i < marked.size(), i -> i + 1)
                .filter(i -> marked.get(i) && (i == 0 || !marked.get(i - 1))).count();
        assertThat(rendered.generated()).hasSizeGreaterThanOrEqualTo((int) runs);
        assertThat(rendered.generated().isEmpty()).isEqualTo(runs == 0);
        int last = 0;
        for (Span span : rendered.generated()) {
            assertThat(span.start()).isGreaterThanOrEqualTo(last);
            assertThat(span.length()).isPositive();
            last = span.end();
        }
        assertThat(last).isLessThanOrEqualTo(rendered.text().length());
    }
}
