package dev.hone.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.model.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenerationDefaultsTest {
    @TempDir
    Path folder;

    @Test
    void theFileDecides() throws IOException {
        write("generation_config.json", """
                {"do_sample": true, "temperature": 0.7, "top_k": 20, "top_p": 0.8, "min_p": 0.05,
                 "repetition_penalty": 1.05, "eos_token_id": [151645, 151643], "max_new_tokens": 99}""");
        GenerationDefaults defaults = GenerationDefaults.read(folder);
        assertThat(defaults.sampling()).isEqualTo(new Sampling(0.7, 20, 0.8, 0.05, 1.05, 0));
        assertThat(defaults.endTokens()).containsExactlyInAnyOrder(151645, 151643);
        assertThat(defaults.stop().tokens()).isEqualTo(defaults.endTokens());
        assertThat(defaults.maxNewTokens()).contains(99);
    }

    @Test
    void whatIsLeftOutIsAsInTransformers() throws IOException {
        write("generation_config.json", "{\"do_sample\": true, \"temperature\": null, \"eos_token_id\": 2}");
        assertThat(GenerationDefaults.read(folder).sampling()).isEqualTo(new Sampling(1, 50, 1, 0, 1, 0));
        assertThat(GenerationDefaults.read(folder).endTokens()).containsExactly(2);
        write("generation_config.json", "{\"temperature\": 0.6, \"repetition_penalty\": 1.3}");
        assertThat(GenerationDefaults.read(folder).sampling().greedy()).isTrue();
        assertThat(GenerationDefaults.read(folder).sampling().repetitionPenalty()).isEqualTo(1.3);
        assertThat(GenerationDefaults.read(folder).endTokens()).isEmpty();
    }

    @Test
    void withoutAFileTheModelsOwnConfigurationNamesTheEnd() throws IOException {
        write("config.json", "{\"model_type\": \"llama\", \"eos_token_id\": [7, 8]}");
        assertThat(GenerationDefaults.read(folder).endTokens()).containsExactlyInAnyOrder(7, 8);
        assertThat(GenerationDefaults.read(folder).sampling()).isEqualTo(Sampling.GREEDY);
        write("generation_config.json", "{}");
        assertThat(GenerationDefaults.read(folder).endTokens()).containsExactlyInAnyOrder(7, 8);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "{\"do_sample\": true, \"temperature\": -1} | temperature is -1.0, expected",
            "{\"top_p\": \"high\"} | top_p is \"high\", expected a number",
            "{\"top_k\": 1.5} | top_k is 1.5, expected a whole number",
            "{\"do_sample\": 1} | do_sample is 1, expected true or false",
            "{\"eos_token_id\": \"</s>\"} | eos_token_id is",
            "[] | holds no JSON object",
            "{ | is not JSON"})
    void badValuesAreNamedWithTheFile(String json, String message) throws IOException {
        write("generation_config.json", json);
        assertThatThrownBy(() -> GenerationDefaults.read(folder)).isInstanceOf(ModelException.class)
                .hasMessageContaining(message).hasMessageContaining("generation_config.json");
    }

    private void write(String name, String text) throws IOException { Files.writeString(folder.resolve(name), text); }
}
