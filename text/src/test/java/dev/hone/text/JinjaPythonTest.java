package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Random expressions and statements against what Python's jinja2 made of them (src/test/python/jinja_cases.py). */
class JinjaPythonTest {
    @Test
    void agreesWithPython() throws IOException {
        JsonMapper json = new JsonMapper();
        List<String> lines;
        try (InputStream file = JinjaPythonTest.class.getResourceAsStream("jinja-cases.jsonl")) {
            lines = new String(file.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
        Map<String, Object> variables = json.readValue(lines.getFirst(), new TypeReference<Map<String, Object>>() {
        });
        List<String> differences = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            JsonNode wanted = json.readTree(line);
            String source = wanted.path("template").asString();
            String expected = wanted.has("error") ? "(error)" : wanted.path("text").asString();
            String found;
            try {
                found = ChatTemplate.parse(source).renderVariables(variables).text();
            } catch (TemplateException e) {
                assertThat(e).hasMessageContaining("line ");
                found = wanted.has("error") ? "(error)" : e.getMessage();
            }
            if (!found.equals(expected)) {
                differences.add(source + "\n  wanted " + wanted + "\n  found  " + found);
            }
        }
        assertThat(lines).hasSizeGreaterThan(1000);
        assertThat(differences).isEmpty();
    }
}
