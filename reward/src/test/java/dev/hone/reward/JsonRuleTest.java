package dev.hone.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonRuleTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"{}", " [1, null]\n", "\"a\"", "```json\n{\"a\": 1}\n```", "```\n1\n```"})
    void json(String text) { assertThat(Rule.score("json", text)).isEqualTo(1); }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{} {}", "{'a': 1}", "{\"a\": 1, \"a\": 2}", "Here: {}", "NaN", "```json\n{\n```"})
    void noJson(String text) { assertThat(Rule.score("json", text)).isZero(); }

    @Test
    void deepNestingIsNoJsonAndNoCrash() { assertThat(Rule.score("json", "[".repeat(100_000))).isZero(); }

    @Test
    void fencesCanBeRefused() { assertThat(Rule.score("json(fenced=false)", "```json\n{}\n```")).isZero(); }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"{\"type\":\"object\"}|{}|[]", "{\"type\":[\"string\",\"null\"]}|null|1",
            "{\"enum\":[1,\"a\"]}|1.0|2", "{\"const\":{\"a\":1}}|{\"a\":1}|{\"a\":2}",
            "{\"required\":[\"a\"]}|{\"a\":1}|{}",
            "{\"properties\":{\"a\":{\"type\":\"integer\"}}}|{\"a\":2.0}|{\"a\":2.5}",
            "{\"properties\":{\"a\":true},\"additionalProperties\":false}|{\"a\":1}|{\"b\":1}",
            "{\"additionalProperties\":{\"type\":\"number\"}}|{\"x\":1}|{\"x\":\"y\"}",
            "{\"items\":{\"minimum\":3}}|[3,4]|[2]", "{\"minItems\":1,\"maxItems\":2}|[1]|[1,2,3]",
            "{\"uniqueItems\":true}|[1,2]|[1,1.0]", "{\"minLength\":2}|\"ab\"|\"a\"", "{\"maxLength\":1}|\"😀\"|\"ab\"",
            "{\"pattern\":\"^a+$\"}|\"aa\"|\"ab\"", "{\"exclusiveMinimum\":1}|1.5|1", "{\"maximum\":2}|2|2.1",
            "{\"exclusiveMaximum\":2}|1|2", "{\"anyOf\":[{\"const\":1},{\"const\":2}]}|2|3",
            "{\"allOf\":[{\"minimum\":1},{\"maximum\":2}]}|1|3",
            "{\"minProperties\":1,\"maxProperties\":1}|{\"a\":1}|{}",
            "{\"type\":\"boolean\",\"description\":\"yes or no\"}|true|0"})
    void schemas(String schema, String good, String bad) throws IOException {
        Path file = Files.writeString(folder.resolve("schema.json"), schema);
        String rule = "json(schema='" + file + "')";
        assertThat(Rule.score(rule, good)).isEqualTo(1);
        assertThat(Rule.score(rule, bad)).isZero();
        assertThat(Rule.score(rule, "not json")).isZero();
    }

    @Test
    void whatIsNotKnownIsRefusedAllAtOnce() throws IOException {
        Path file = Files.writeString(folder.resolve("schema.json"), """
                {"type": "text", "properties": {"a": {"$ref": "#/b"}}, "pattern": "(", "items": 3}""");
        assertThatThrownBy(() -> Rule.of("json(schema='" + file + "')")).isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("4 mistakes", "schema.type",
                        "schema.properties.a.$ref: found an unknown keyword",
                        "schema.pattern", "schema.items");
        assertThatThrownBy(() -> Rule.of("json(schema=/no/such/file)")).isInstanceOf(ConfigException.class)
                .hasMessageContaining("/no/such/file");
    }
}
