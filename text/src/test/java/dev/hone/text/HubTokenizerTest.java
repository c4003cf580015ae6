package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class HubTokenizerTest {
    static List<Path> tokenizers() { return Golden.folders("tokenizers"); }

    static int[] ints(JsonNode array) {
        return IntStream.range(0, array.size()).map(i -> array.get(i).asInt()).toArray();
    }

    static Path anyTokenizer() { return tokenizers().getFirst(); }

    @Tag("golden")
    @ParameterizedTest
    @MethodSource("tokenizers")
    void idsSpansAndTextsAreThoseOfPython(Path folder) {
        HubTokenizer tokenizer = HubTokenizer.load(folder);
        JsonNode golden = Golden.json(folder.resolve("golden.json"));
        assertThat(tokenizer.vocabulary().size()).isEqualTo(golden.get("vocab_size").asInt());
        assertThat(golden.get("strings")).isNotEmpty();
        for (JsonNode string : golden.get("strings")) {
            String text = string.get("text").asString();
            int[] ids = ints(string.get("ids"));
            assertThat(tokenizer.encode(text)).as(text).isEqualTo(ids);
            assertThat(tokenizer.encodeWithSpecialTokens(text)).as(text)
                    .isEqualTo(ints(string.get("ids_with_special")));
            assertThat(tokenizer.decode(ids)).as(text).isEqualTo(string.get("decoded").asString());
            assertThat(tokenizer.decodeWithoutSpecialTokens(ids)).as(text)
                    .isEqualTo(string.get("decoded_skip_special").asString());
            assertSpans(tokenizer.encodeWithSpans(text), string, text);
            for (int i = 0; i < ids.length; i++) {
                assertThat(tokenizer.vocabulary().token(ids[i])).contains(string.get("tokens").get(i).asString());
            }
        }
    }

    /** Golden offsets count code points; ours count UTF-16 units of the same text. */
    private static void assertSpans(TokenSpans spans, JsonNode string, String text) {
        JsonNode offsets = string.get("offsets");
        assertThat(spans.ids()).isEqualTo(ints(string.get("ids")));
        for (int i = 0; i < spans.size(); i++) {
            int start = text.offsetByCodePoints(0, offsets.get(i).get(0).asInt());
            int end = text.offsetByCodePoints(0, offsets.get(i).get(1).asInt());
            assertThat(spans.span(i)).as("token %d of %s", i, text).isEqualTo(new Span(start, end));
        }
    }

    @Test
    void spansOfTextAfterAnEmojiAreIndicesOfTheJavaString() {
        String text = "a\uD83D\uDE00 word";
        TokenSpans spans = HubTokenizer.load(anyTokenizer()).encodeWithSpans(text);
        assertThat(spans.ends()[spans.size() - 1]).isEqualTo(text.length());
        assertThat(text.substring(spans.starts()[spans.size() - 1])).isNotEmpty().endsWith("d");
    }

    @ParameterizedTest
    @MethodSource("tokenizers")
    void anUnpairedSurrogateIsReadAsTheReplacementCharacter(Path folder) {
        HubTokenizer tokenizer = HubTokenizer.load(folder);
        assertThat(tokenizer.encode("x\uD800y \uDC00")).isEqualTo(tokenizer.encode("x\uFFFDy \uFFFD"));
        assertThat(tokenizer.encodeWithSpans("x\uD800y")).usingRecursiveComparison()
                .isEqualTo(tokenizer.encodeWithSpans("x\uFFFDy"));
    }

    @Test
    void idsOutsideTheVocabularyNeverReachNativeCode() {
        HubTokenizer tokenizer = HubTokenizer.load(anyTokenizer());
        int size = tokenizer.vocabulary().size();
        assertThatThrownBy(() -> tokenizer.decode(new int[]{1, size})).isInstanceOf(DataException.class)
                .hasMessageContaining("token id " + size + " at position 1").hasMessageContaining("0 to " + (size - 1));
        assertThatThrownBy(() -> tokenizer.decode(new int[]{-1})).isInstanceOf(DataException.class);
    }

    @Test
    void truncationAndPaddingOfTheFileAreOff(@TempDir Path folder) throws IOException {
        String json = Files.readString(anyTokenizer().resolve("tokenizer.json"));
        String limits = "{\"truncation\": {\"direction\": \"Right\", \"max_length\": 4, \"strategy\": \"LongestFirst\", \"stride\": 0},"
                + "\"padding\": {\"strategy\": {\"Fixed\": 64}, \"direction\": \"Right\", \"pad_to_multiple_of\": null,"
                + " \"pad_id\": 0, \"pad_type_id\": 0, \"pad_token\": \"[PAD]\"},";
        String without = json.replaceAll("\"(truncation|padding)\":\\s*null,", "");
        Files.writeString(folder.resolve("tokenizer.json"), without.replaceFirst("\\{", limits));
        String text = "one two three four five six seven";
        assertThat(HubTokenizer.load(folder).encodeWithSpecialTokens(text))
                .isEqualTo(HubTokenizer.load(anyTokenizer()).encodeWithSpecialTokens(text));
    }

    @Test
    void oneInstanceServesManyThreads() {
        HubTokenizer tokenizer = HubTokenizer.load(anyTokenizer());
        List<String> texts = IntStream.range(0, 2000).mapToObj(i -> "row " + i + " of many, " + "abc ".repeat(i % 7))
                .toList();
        List<int[]> alone = texts.stream().map(tokenizer::encode).toList();
        assertThat(texts.parallelStream().map(tokenizer::encode).toList()).usingRecursiveComparison().isEqualTo(alone);
    }

    @Test
    void missingAndDamagedFilesAreRefusedWithWhatToDo(@TempDir Path folder) throws IOException {
        assertThatThrownBy(() -> HubTokenizer.load(folder.resolve("nowhere"))).isInstanceOf(DataException.class)
                .hasMessageContaining("nowhere").hasMessageContaining("expected a model folder");
        assertThatThrownBy(() -> HubTokenizer.load(folder)).isInstanceOf(DataException.class)
                .hasMessageContaining("no tokenizer.json").hasMessageContaining("copy it");
        Files.writeString(folder.resolve("tokenizer.model"), "x");
        assertThatThrownBy(() -> HubTokenizer.load(folder)).isInstanceOf(DataException.class)
                .hasMessageContaining("tokenizer.model").hasMessageContaining("save_pretrained");
        String json = Files.readString(anyTokenizer().resolve("tokenizer.json"));
        Files.writeString(folder.resolve("tokenizer.json"), json.substring(0, json.length() / 2));
        assertThatThrownBy(() -> HubTokenizer.load(folder)).isInstanceOf(DataException.class)
                .hasMessageContaining("tokenizer.json cannot be read as JSON").hasMessageContaining("copy it again");
        Files.writeString(folder.resolve("tokenizer.json"),
                "{\"model\": {\"type\": \"Unheard\", \"vocab\": {\"a\": 0}}, \"added_tokens\": []}");
        assertThatThrownBy(() -> HubTokenizer.load(folder)).isInstanceOf(DataException.class)
                .hasMessageContaining("not a tokenizer that can be used");
    }

    /** In a fresh JVM without any property: touching the class alone must switch telemetry and downloads off. */
    @Test
    void telemetryAndDownloadsAreOffBeforeTheBindingLoads() throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                        TelemetryProbe.class.getName()));
        Process probe = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(probe.getInputStream().readAllBytes());
        assertThat(probe.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(output).contains("before null null").contains("after true true");
    }

    /** Run by the test above. */
    static final class TelemetryProbe {
        public static void main(String[] arguments) throws ClassNotFoundException {
            print("before");
            Class.forName("dev.hone.text.HubTokenizer");
            print("after");
        }

        private static void print(String when) {
            System.out.println(
                    when + " " + System.getProperty("OPT_OUT_TRACKING") + " " + System.getProperty("ai.djl.offline"));
        }
    }
}
