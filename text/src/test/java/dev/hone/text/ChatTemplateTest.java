package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatTemplateTest {
    private static final List<Message> TALK = List.of(Message.user("Hi 🌍"), Message.assistant("Hello"),
            Message.user("More"), Message.assistant("No"));

    private static List<String> generated(RenderedText rendered) {
        return rendered.generated().stream().map(span -> rendered.text().substring(span.start(), span.end())).toList();
    }

    private static ChatTemplate.Options continuing() {
        return new ChatTemplate.Options(false, true, List.of(), Map.of());
    }

    @Test
    void chatmlMarksRepliesWithTheirEndToken() {
        RenderedText rendered = ChatTemplate.named("chatml").render(TALK, ChatTemplate.Options.WHOLE);
        assertThat(rendered.text()).isEqualTo("""
                <|im_start|>user
                Hi 🌍<|im_end|>
                <|im_start|>assistant
                Hello<|im_end|>
                <|im_start|>user
                More<|im_end|>
                <|im_start|>assistant
                No<|im_end|>
                """);
        assertThat(generated(rendered)).containsExactly("Hello<|im_end|>", "No<|im_end|>");
    }

    @Test
    void humanAssistantIsTheFormatOfHelpfulHarmlessData() {
        ChatTemplate template = ChatTemplate.named("human-assistant").withSpecialTokens(Map.of("eos_token", "</s>"));
        RenderedText rendered = template.render(TALK, ChatTemplate.Options.WHOLE);
        assertThat(rendered.text())
                .isEqualTo("###Human: Hi 🌍###Assistant: Hello</s>###Human: More###Assistant: No</s>");
        assertThat(generated(rendered)).containsExactly(" Hello</s>", " No</s>");
        assertThat(template.render(TALK.subList(0, 1), ChatTemplate.Options.PROMPT).text())
                .isEqualTo("###Human: Hi 🌍###Assistant:");
    }

    @Test
    void alpacaHasAPreambleOrTheSystemMessage() {
        ChatTemplate template = ChatTemplate.named("alpaca").withSpecialTokens(Map.of("eos_token", "</s>"));
        RenderedText rendered = template.render(TALK.subList(0, 2), ChatTemplate.Options.WHOLE);
        assertThat(rendered.text()).startsWith("Below is an instruction")
                .endsWith("\n\n### Instruction:\nHi 🌍\n\n### Response:\nHello</s>");
        assertThat(generated(rendered)).containsExactly("Hello</s>");
        assertThat(template.render(List.of(Message.system("S"), Message.user("U")), ChatTemplate.Options.PROMPT).text())
                .isEqualTo("S\n\n### Instruction:\nU\n\n### Response:\n");
    }

    @Test
    void plainIsTheContentsEndToEnd() {
        RenderedText rendered = ChatTemplate.named("plain").withSpecialTokens(Map.of("eos_token", "</s>"))
                .render(TALK.subList(0, 2), ChatTemplate.Options.WHOLE);
        assertThat(rendered.text()).isEqualTo("Hi 🌍Hello</s>");
        assertThat(generated(rendered)).containsExactly("Hello</s>");
    }

    @Test
    void everyNamedTemplateMarksWhatIsGeneratedAndNeedsItsEndToken() {
        for (String name : ChatTemplate.names()) {
            ChatTemplate template = ChatTemplate.named(name);
            assertThat(template.marksGeneration()).as(name).isTrue();
            if (!name.equals("chatml")) {
                assertThatThrownBy(() -> template.render(TALK, ChatTemplate.Options.WHOLE)).as(name)
                        .hasMessageContaining("'eos_token' is undefined");
            }
        }
        assertThatThrownBy(() -> ChatTemplate.named("chatlm")).isInstanceOf(TemplateException.class)
                .hasMessageContaining("chatlm").hasMessageContaining("alpaca, chatml, human-assistant, plain");
    }

    @Test
    void messagesBringTheirExtras() {
        ChatTemplate template = ChatTemplate
                .parse("{% for m in messages %}{{ m.role }} {{ m.name }} {{ m.tool_calls|tojson }} {{ m.content }};{% endfor %}");
        Message message = new Message(Role.ASSISTANT, "c", Map.of("name", "n", "tool_calls", List.of(Map.of("id", 1))));
        assertThat(template.render(List.of(message), ChatTemplate.Options.WHOLE).text())
                .isEqualTo("assistant n [{\"id\": 1}] c;");
    }

    @Test
    void whatIsNotGivenIsNoneOrFalseAsInTransformers() {
        ChatTemplate template = ChatTemplate
                .parse("{{ tools }} {{ documents }} {{ add_generation_prompt }} {{ bos_token is defined }}");
        assertThat(template.render(TALK, ChatTemplate.Options.WHOLE).text()).isEqualTo("None None False False");
        ChatTemplate.Options options = new ChatTemplate.Options(true, false, List.of(Map.of("n", 1)),
                Map.of("bos_token", "<s>"));
        assertThat(template.render(TALK, options).text()).isEqualTo("[{'n': 1}] None True True");
    }

    @Test
    void variablesWinOverSpecialTokens() {
        ChatTemplate template = ChatTemplate.parse("{{ eos_token }}").withSpecialTokens(Map.of("eos_token", "a"));
        assertThat(template.renderVariables(Map.of()).text()).isEqualTo("a");
        assertThat(template.renderVariables(Map.of("eos_token", "b")).text()).isEqualTo("b");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            %d %B %Y, 03 February 2026
            %d %b %Y, 03 Feb 2026
            %Y-%m-%d %H:%M:%S, 2026-02-03 14:05:06
            %A %a %j %y %I %p, Tuesday Tue 034 26 02 PM
            %-d/%-m %-I|%e|, 3/2 2| 3|
            %F %T %D, 2026-02-03 14:05:06 02/03/26
            100%%, 100%
            %u%w, 22
            """)
    void tellsTheDateOfItsClock(String format, String expected) {
        Clock clock = Clock.fixed(Instant.parse("2026-02-03T14:05:06Z"), ZoneOffset.UTC);
        ChatTemplate template = ChatTemplate.parse("{{ strftime_now(f) if strftime_now is defined }}").withClock(clock);
        assertThat(template.renderVariables(Map.of("f", format)).text()).isEqualTo(expected);
    }

    @Test
    void continuesTheLastMessage() {
        ChatTemplate template = ChatTemplate.named("chatml");
        RenderedText rendered = template.render(TALK.subList(0, 2), continuing());
        assertThat(rendered.text()).endsWith("assistant\nHello");
        assertThat(generated(rendered)).containsExactly("Hello");
        assertThat(template.render(List.of(Message.user("u"), Message.assistant("a  ")), continuing()).text())
                .endsWith("assistant\na  ");
        ChatTemplate trimming = ChatTemplate.parse("{% for m in messages %}<{{ m.content|trim }}>{% endfor %}");
        assertThat(trimming.render(List.of(Message.assistant(" a  ")), continuing()).text()).isEqualTo("<a");
    }

    @Test
    void continuesTheLastTextOfAListOfParts() {
        ChatTemplate template = ChatTemplate.parse(
                "{% for m in messages %}{% for p in m.content %}[{{ p.text or p.type }}]{% endfor %}{% endfor %}");
        Map<String, Object> message = Map.of("role", "assistant", "content",
                List.of(Map.of("type", "text", "text", "a"), Map.of("type", "text", "text", "b"),
                        Map.of("type", "image")));
        assertThat(template.renderMaps(List.of(message), continuing()).text()).isEqualTo("[a][b");
    }

    @Test
    void refusesToContinueWhatCannotBeContinued() {
        ChatTemplate template = ChatTemplate.parse("{% for m in messages %}{{ m.content }}{% endfor %}");
        assertThatThrownBy(() -> template.render(List.of(), continuing())).hasMessageContaining("empty");
        Map<String, Object> noContent = new LinkedHashMap<>();
        noContent.put("role", "assistant");
        noContent.put("content", null);
        assertThatThrownBy(() -> template.renderMaps(List.of(noContent), continuing())).hasMessageContaining("null");
        assertThatThrownBy(() -> ChatTemplate.parse("{{ messages|length }} content").render(TALK, continuing()))
                .isInstanceOf(TemplateException.class).hasMessageContaining("cannot be continued");
        assertThatThrownBy(() -> new ChatTemplate.Options(true, true, List.of(), Map.of()))
                .isInstanceOf(TemplateException.class).hasMessageContaining("exclude each other");
    }

    @Test
    void spansCountUtf16AndComeAlongWithMacros() {
        ChatTemplate template = ChatTemplate.parse("""
                {%- macro reply(m) -%}
                🌍{% generation %}{{ m.content }}🌍{% endgeneration %}|
                {%- endmacro -%}
                {%- for m in messages %}{{ reply(m) if m.role == 'assistant' else m.content }}{% endfor -%}
                """);
        RenderedText rendered = template.render(TALK, ChatTemplate.Options.WHOLE);
        assertThat(rendered.text()).isEqualTo("Hi 🌍🌍Hello🌍|More🌍No🌍|");
        assertThat(generated(rendered)).containsExactly("Hello🌍", "No🌍");
    }

    @Test
    void emptyGenerationsMarkNothingAndNestedOnesOnce() {
        assertThat(ChatTemplate.parse("a{% generation %}{% endgeneration %}b").renderVariables(Map.of()).generated())
                .isEmpty();
        RenderedText nested = ChatTemplate
                .parse("a{% generation %}b{% generation %}c{% endgeneration %}d{% endgeneration %}e")
                .renderVariables(Map.of());
        assertThat(generated(nested)).containsExactly("bcd");
    }

    @Test
    void aGenerationWhosePlaceIsLostIsAnError() {
        ChatTemplate template = ChatTemplate
                .parse("{% macro m() %}\n> {% generation %}x {% endgeneration %}{% endmacro %}{{ m()|trim }}");
        assertThatThrownBy(() -> template.renderVariables(Map.of())).isInstanceOf(TemplateException.class)
                .hasMessageContaining("line 2").hasMessageContaining("place of this generation block is lost");
    }

    @Test
    void tellsWhetherItMarksGeneration() {
        assertThat(ChatTemplate.parse("{% generation %}{% endgeneration %}").marksGeneration()).isTrue();
        assertThat(ChatTemplate.parse("{{ 'generation' }}{# {% generation %} #}").marksGeneration()).isFalse();
        assertThat(ChatTemplate.parse("a\n").source()).isEqualTo("a\n");
    }

    @Test
    void valuesThatAreNotJsonAreRefused() {
        assertThatThrownBy(() -> ChatTemplate.parse("{{ x }}").renderVariables(Map.of("x", new Object())))
                .isInstanceOf(TemplateException.class).hasMessageContaining("'x'")
                .hasMessageContaining("java.lang.Object");
        assertThat(ChatTemplate.parse("{{ x }}").renderVariables(Map.of("x", Arrays.asList(1, 2L, 1.5f, null, true)))
                .text()).isEqualTo("[1, 2, 1.5, None, True]");
    }

    @Test
    void aModelFolderGivesTemplateAndSpecialTokens(@TempDir Path folder) throws IOException {
        assertThat(ChatTemplate.ofModelFolder(folder)).isEmpty();
        Files.writeString(folder.resolve("tokenizer_config.json"), """
                {"bos_token": null, "eos_token": {"content": "</s>", "lstrip": false}, "add_bos_token": true,
                 "extra_special_tokens": {"image_token": "<i>"}, "chat_template": "config {{ eos_token }}"}""");
        Files.writeString(folder.resolve("special_tokens_map.json"),
                "{\"eos_token\": \"<old>\", \"pad_token\": \"<p>\", \"additional_special_tokens\": [\"<a>\"]}");
        ChatTemplate template = ChatTemplate.ofModelFolder(folder).orElseThrow();
        assertThat(template.renderVariables(Map.of()).text()).isEqualTo("config </s>");
        assertThat(template.specialTokens())
                .containsOnly(Map.entry("eos_token", "</s>"), Map.entry("pad_token", "<p>"),
                        Map.entry("image_token", "<i>"));
        Files.writeString(folder.resolve("chat_template.json"), "{\"chat_template\": \"json\"}");
        assertThat(ChatTemplate.ofModelFolder(folder).orElseThrow().source()).isEqualTo("json");
        Files.writeString(folder.resolve("chat_template.jinja"), "jinja");
        assertThat(ChatTemplate.ofModelFolder(folder).orElseThrow().source()).isEqualTo("jinja");
    }

    @Test
    void ofSeveralTemplatesTheDefaultIsTaken(@TempDir Path folder) throws IOException {
        Path config = folder.resolve("tokenizer_config.json");
        Files.writeString(config, """
                {"chat_template": [{"name": "tool_use", "template": "t"}, {"name": "default", "template": "d"}]}""");
        assertThat(ChatTemplate.ofModelFolder(folder).orElseThrow().source()).isEqualTo("d");
        Files.writeString(config, "{\"chat_template\": [{\"name\": \"tool_use\", \"template\": \"t\"}]}");
        assertThatThrownBy(() -> ChatTemplate.ofModelFolder(folder)).isInstanceOf(TemplateException.class)
                .hasMessageContaining("tokenizer_config.json").hasMessageContaining("default");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"chat_template\": ", "[]", "{\"chat_template\": 7}",
            "{\"chat_template\": \"{% if %}\"}"})
    void aBrokenModelFolderIsNamed(String config, @TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("tokenizer_config.json"), config);
        assertThatThrownBy(() -> ChatTemplate.ofModelFolder(folder)).isInstanceOf(TemplateException.class)
                .hasMessageContaining(folder.toString());
    }

    @Test
    void threadsShareATemplate() throws InterruptedException, ExecutionException {
        ChatTemplate template = ChatTemplate
                .parse("{% set ns = namespace(n=0) %}{% macro m(x) %}<{{ x }}>{% endmacro %}"
                        + "{% for i in range(50) %}{% set ns.n = ns.n + who %}{{ m(i * who) }}{% endfor %}{{ ns.n }}");
        List<String> expected = new ArrayList<>();
        for (int who = 0; who < 8; who++) {
            expected.add(template.renderVariables(Map.of("who", who)).text());
        }
        List<Future<Boolean>> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 400; i++) {
                int who = i % 8;
                results.add(threads.submit(
                        () -> template.renderVariables(Map.of("who", who)).text().equals(expected.get(who))));
            }
        }
        for (Future<Boolean> result : results) {
            assertThat(result.get()).isTrue();
        }
    }
}
