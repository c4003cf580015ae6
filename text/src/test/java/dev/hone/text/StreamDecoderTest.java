package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.testkit.Golden;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

@Tag("golden")
class StreamDecoderTest {
    static List<Path> tokenizers() { return Golden.folders("tokenizers"); }

    @ParameterizedTest
    @MethodSource("tokenizers")
    void piecesJoinToTheDecodedTextAndNeverSplitACharacter(Path folder) {
        HubTokenizer tokenizer = HubTokenizer.load(folder);
        for (JsonNode string : Golden.json(folder.resolve("golden.json")).get("strings")) {
            StreamDecoder decoder = new StreamDecoder(tokenizer);
            StringBuilder joined = new StringBuilder();
            for (int id : HubTokenizerTest.ints(string.get("ids"))) {
                String piece = decoder.next(id);
                assertThat(piece).doesNotEndWith("\uFFFD");
                assertThat(piece.isEmpty() || !Character.isHighSurrogate(piece.charAt(piece.length() - 1))).isTrue();
                joined.append(piece);
            }
            joined.append(decoder.flush());
            assertThat(joined.toString()).isEqualTo(string.get("decoded_skip_special").asString());
            assertThat(decoder.flush()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("tokenizers")
    void prefixesDecodeAsInPython(Path folder) {
        HubTokenizer tokenizer = HubTokenizer.load(folder);
        JsonNode golden = Golden.json(folder.resolve("golden.json"));
        List<String> found = new ArrayList<>();
        for (int row = 60; row < 63 && row < golden.get("strings").size(); row++) {
            int[] ids = HubTokenizerTest.ints(golden.get("strings").get(row).get("ids"));
            for (int length = 1; length <= ids.length; length++) {
                found.add(tokenizer.decode(Arrays.copyOf(ids, length)));
            }
        }
        List<String> expected = golden.get("incremental_decode_of_strings_60_to_63").valueStream()
                .map(JsonNode::asString).toList();
        assertThat(found)
                .startsWith(expected.subList(0, Math.min(found.size(), expected.size())).toArray(String[]::new));
    }
}
