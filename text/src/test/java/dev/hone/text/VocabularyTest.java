package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VocabularyTest {
    private static final String TOKENIZER = """
            {"version": "1.0", "model": {"type": "BPE", "merges": [["a", "b"]], "vocab": {"a": 0, "b": 1, "ab": 2}},
             "added_tokens": [{"id": 7, "content": "<|end|>", "special": true}, {"id": 5, "content": "<think>", "special": false}]}
            """;

    @TempDir
    Path folder;

    @Test
    void sizeCountsAddedTokensAndGaps() throws IOException {
        Vocabulary vocabulary = read(TOKENIZER);
        assertThat(vocabulary.size()).isEqualTo(8);
        assertThat(vocabulary.token(2)).contains("ab");
        assertThat(vocabulary.token(6)).isEmpty();
        assertThat(vocabulary.token(8)).isEmpty();
        assertThat(vocabulary.token(-1)).isEmpty();
        assertThat(vocabulary.id("<|end|>")).hasValue(7);
        assertThat(vocabulary.id("c")).isEmpty();
        assertThat(vocabulary.isSpecial(7)).isTrue();
        assertThat(vocabulary.isSpecial(5)).isFalse();
        assertThat(vocabulary.added()).containsOnlyKeys(7, 5);
        assertThat(vocabulary.eos()).isEmpty();
    }

    @Test
    void specialTokensAreStringsOrObjectsAndTheNewerFileWins() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{\"eos_token_id\": [2, 0], \"bos_token_id\": 1}");
        assertThat(read(TOKENIZER).eos()).hasValue(2);
        Files.writeString(folder.resolve("special_tokens_map.json"), "{\"eos_token\": \"a\", \"unk_token\": \"b\"}");
        assertThat(read(TOKENIZER).eos()).hasValue(0);
        Files.writeString(folder.resolve("tokenizer_config.json"),
                "{\"eos_token\": {\"content\": \"<|end|>\", \"lstrip\": false}, \"bos_token\": null, \"pad_token\": \"[NEW]\"}");
        Vocabulary vocabulary = read(TOKENIZER);
        assertThat(vocabulary.eos()).hasValue(7);
        assertThat(vocabulary.bos()).hasValue(1);
        assertThat(vocabulary.unk()).hasValue(1);
        assertThat(vocabulary.pad()).isEmpty();
    }

    @Test
    void unigramTokensAreNumberedByPlace() throws IOException {
        Vocabulary vocabulary = read(
                "{\"model\": {\"type\": \"Unigram\", \"unk_id\": 0, \"vocab\": [[\"<unk>\", 0.0], [\"\u2581a\", -1.5]]}}");
        assertThat(vocabulary.size()).isEqualTo(2);
        assertThat(vocabulary.id("\u2581a")).hasValue(1);
    }

    @Test
    void damagedFilesAreNamed() {
        assertThatThrownBy(() -> read("[1, 2]")).isInstanceOf(DataException.class)
                .hasMessageContaining("expected a JSON object");
        assertThatThrownBy(() -> read("{\"model\": {}}")).isInstanceOf(DataException.class)
                .hasMessageContaining("model.vocab");
        assertThatThrownBy(() -> read("{\"model\": {\"vocab\": {\"a\": -3}}}")).isInstanceOf(DataException.class)
                .hasMessageContaining("token id -3");
        assertThatThrownBy(() -> read("{\"model\": {\"vocab\": {\"a\": 2000000000}}}"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("token id 2000000000");
        assertThatThrownBy(() -> read("{\"model\": {\"vocab\": {\"a\": \"x\"}}}")).isInstanceOf(DataException.class);
        assertThatThrownBy(() -> {
            Files.writeString(folder.resolve("tokenizer_config.json"), "{\"eos_token\": \"</s>\"}");
            read(TOKENIZER);
        }).isInstanceOf(DataException.class).hasMessageContaining("eos_token </s>").hasMessageContaining("<|end|>");
    }

    private Vocabulary read(String tokenizer) throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), tokenizer);
        return Vocabulary.read(folder);
    }
}
