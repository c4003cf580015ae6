package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tools that stand beside the turns of a row. */
class ToolsTest {
    private static final String TURNS = "\"messages\": [{\"role\": \"user\", \"content\": \"Weather?\"}, {\"role\": \"assistant\", \"content\": \"Dry.\"}]";
    private static final String TOOL = "{\"type\": \"function\", \"function\": {\"name\": \"get_weather\", \"parameters\": {\"n\": 3}}}";

    @TempDir
    Path folder;

    private Dataset read(String... tools) throws IOException {
        List<String> rows = java.util.Arrays.stream(tools).map(list -> "{" + TURNS + list + "}").toList();
        return Dataset.read(List.of(Files.write(folder.resolve("rows.jsonl"), rows).toString()),
                ReadOptions.defaults());
    }

    @Test
    void objectsAndJsonTextsAreTheSameAndNoneMayBeSaidInEveryWay() throws IOException {
        String quoted = TOOL.replace("\"", "\\\"");
        Dataset dataset = read(", \"tools\": [" + TOOL + "]", ", \"tools\": \"[" + quoted + "]\"",
                ", \"tools\": [\"" + quoted + "\"]", "", ", \"tools\": null", ", \"tools\": []", ", \"tools\": \"\"");
        Map<String, Object> tool = Map.of("type", "function", "function",
                Map.of("name", "get_weather", "parameters", Map.of("n", 3)));
        assertThat(dataset.samples().subList(0, 3))
                .allSatisfy(sample -> assertThat(((Conversation) sample).tools()).isEqualTo(List.of(tool)));
        assertThat(dataset.samples().subList(3, 7))
                .allSatisfy(sample -> assertThat(((Conversation) sample).tools()).isEmpty());
        assertThat(dataset.schema().describe()).isEqualTo("messages (messages, tools)");
    }

    @Test
    void whatIsNoListOfToolsIsABadRow() {
        assertThatThrownBy(() -> read(", \"tools\": {\"name\": \"f\"}")).isInstanceOf(DataException.class)
                .hasMessageContaining("line 1").hasMessageContaining("field tools").hasMessageContaining("an object");
        assertThatThrownBy(() -> read("", ", \"tools\": [3]")).isInstanceOf(DataException.class)
                .hasMessageContaining("line 2").hasMessageContaining("field tools[0]").hasMessageContaining("number 3");
        assertThatThrownBy(() -> read(", \"tools\": \"[{\"")).isInstanceOf(DataException.class)
                .hasMessageContaining("field tools").hasMessageContaining("not valid JSON");
    }

    @Test
    void eachRowIsWrittenWithItsOwnTools() throws IOException {
        Tokenizer tokenizer = HubTokenizer.load(Golden.path("tokenizers", "qwen_bytelevel"));
        ChatTemplate template = ChatTemplate.ofModelFolder(Golden.path("chat", "qwen25_style")).orElseThrow();
        EncodeOptions options = EncodeOptions.of(LossMode.ASSISTANT_ONLY, 1000);
        Dataset dataset = read(", \"tools\": [" + TOOL + "]", "");
        List<Encoded> rows = Encoder.chat(tokenizer, ConversationRenderer.of(template), options).encode(dataset).rows();
        assertThat(tokenizer.decode(rows.get(0).ids())).contains("<tools>\n" + TOOL + "\n</tools>");
        assertThat(tokenizer.decode(rows.get(1).ids())).doesNotContain("get_weather");
        assertThat(rows.get(0).trainedTokens()).isEqualTo(rows.get(1).trainedTokens());
        Conversation first = (Conversation) dataset.samples().getFirst();
        Conversation asked = new Conversation(first.messages().subList(0, 1), first.tools());
        int[] prompt = new PromptEncoder(tokenizer, java.util.Optional.of(template)).encode(asked);
        assertThat(rows.get(0).ids()).startsWith(prompt);
    }

    @Test
    void withoutATemplateToolsAreRefused() throws IOException {
        Tokenizer tokenizer = HubTokenizer.load(Golden.path("tokenizers", "qwen_bytelevel"));
        Encoder plain = Encoder.plain(tokenizer, EncodeOptions.of(LossMode.COMPLETION_ONLY, 100));
        Dataset dataset = read(", \"tools\": [" + TOOL + "]");
        assertThatThrownBy(() -> plain.encode(dataset)).isInstanceOf(DataException.class)
                .hasMessageContaining("line 1").hasMessageContaining("1 tools needs a chat template");
    }
}
