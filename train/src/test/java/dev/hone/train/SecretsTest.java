package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class SecretsTest {
    @ParameterizedTest
    @ValueSource(strings = {"token", "hub_token", "HF_TOKEN", "--hf-token", "accessToken", "api_key", "apiKey",
            "api-key", "openai.api_key",
            "private_key", "private_key_file", "key", "secret", "client_secret", "aws_secret_access_key", "password",
            "db.password", "passwd",
            "credentials", "Authorization"})
    void namesThatHoldSecrets(String name) { assertThat(Secrets.named(name)).isTrue(); }

    @ParameterizedTest
    @ValueSource(strings = {"pad_token", "eos_token", "bosToken", "num_tokens", "max_new_tokens", "tokenizer",
            "tokenizer_path", "stop_tokens",
            "num_key_value_heads", "key_proj", "sort_key", "keep_best", "monkey", "learning_rate", "tokens_per_second",
            "hotkey_count"})
    void namesThatDoNot(String name) { assertThat(Secrets.named(name)).isFalse(); }

    @Test
    void settingsLoseTheirSecretsAtAnyDepthAndKeepEverythingElse() {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("learning_rate", 2e-5);
        settings.put("hub", Map.of("token", "hunter2", "url", "https://me:hunter2@example.org/x"));
        settings.put("judges", List.of(Map.of("api_key", "hunter2", "name", "a"), "Bearer hf_0123456789abcdefghij"));
        settings.put("secret", List.of("hunter2"));
        settings.put("token", 151_643);
        settings.put("pad_token", "<|endoftext|>");
        ObjectNode masked = Secrets.masked(settings);
        assertThat(masked.toString()).doesNotContain("hunter2", "hf_0123").contains("2.0E-5", "\"name\":\"a\"",
                "151643",
                "<|endoftext|>", "https://me:***@example.org/x", "Bearer ***");
    }

    @Test
    void commandWordsLoseTheirSecretsInBothForms() {
        assertThat(Secrets
                .masked(List.of("hone", "sft", "--hub_token", "hunter2", "--api_key=hunter2", "--pad_token", "<pad>",
                        "--hub-token", "--packing", "true", "--judge", "http://u:hunter2@h/", "--run_name", "a=b")))
                .containsExactly("hone", "sft",
                        "--hub_token", "***", "--api_key=***", "--pad_token", "<pad>", "--hub-token", "--packing",
                        "true", "--judge",
                        "http://u:***@h/", "--run_name", "a=b");
    }
}
