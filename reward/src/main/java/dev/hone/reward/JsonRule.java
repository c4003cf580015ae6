package dev.hone.reward;

import dev.hone.config.ConfigException;
import dev.hone.config.Problem;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * 1 where the completion is JSON, and as a schema wants it where one is given; else 0.
 *
 * @param schema file with the schema
 * @param fenced whether a block of Markdown around it is taken off
 */
@SettingGroup("json")
public record JsonRule(
        @Setting(doc = "File with a JSON schema, of the keywords that docs/rewards.md names; none = any JSON.") Optional<Path> schema,
        @Setting(value = "true", doc = "Accept JSON in one block between ``` and ```.") boolean fenced)
        implements
            RewardSpec {
    private static final Pattern FENCE = Pattern.compile("```(?:json)?[ \\t]*\\n(.*)\\n```", Pattern.DOTALL);
    private static final JsonMapper JSON = JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    @Override
    public RewardFunction open() {
        Optional<SchemaCheck> check = schema.map(JsonRule::read);
        boolean unwrap = fenced;
        return input -> Score.of(accepts(unwrap ? withoutFence(input.completion()) : input.completion(), check));
    }

    private static String withoutFence(String text) {
        Matcher fence = FENCE.matcher(text.strip());
        return fence.matches() ? fence.group(1) : text;
    }

    private static boolean accepts(String text, Optional<SchemaCheck> check) {
        try {
            JsonNode node = JSON.readTree(text);
            return !node.isMissingNode() && check.map(schema -> schema.accepts(node)).orElse(true);
        } catch (JacksonException notJson) {
            return false;
        }
    }

    private static SchemaCheck read(Path file) {
        try {
            return SchemaCheck.of(JSON.readTree(Files.readString(file)), file.toString());
        } catch (IOException | JacksonException e) {
            throw new ConfigException(new Problem("schema", file.toString(), "a readable file with a JSON schema", "",
                    String.valueOf(e.getMessage())));
        }
    }
}
