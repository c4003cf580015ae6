package dev.hone.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.config.Samples.Smoothing;
import dev.hone.config.Samples.TrainingRun;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Schema, help and table come from the same declaration as the reader. */
class DescriptionsTest {
    private static final List<Class<? extends Record>> RECORDS = List.of(TrainingRun.class, Smoothing.class);

    record Named(@Setting(doc = "x", required = true, aliases = {"id", "title"}) String name) {}

    private static JsonNode schema() { return JsonMapper.shared().readTree(JsonSchema.of(RECORDS)); }

    @Test
    void theSchemaIsClosedAndNamesEveryKeyAndAlias() {
        JsonNode schema = schema();
        assertThat(schema.get("$schema").stringValue()).isEqualTo("https://json-schema.org/draft/2020-12/schema");
        assertThat(schema.get("type").stringValue()).isEqualTo("object");
        assertThat(schema.get("additionalProperties").booleanValue()).isFalse();
        assertThat(schema.get("required").toString()).isEqualTo("[\"model\"]");
        assertThat(schema.get("properties").propertyNames()).containsAll(ConfigReader.of(RECORDS).keys()).contains("lr",
                "batch_size_per_device");
        assertThat(schema.at("/properties/lr/$ref").stringValue()).isEqualTo("#/properties/learning_rate");
        ConfigReader.of(RECORDS).keys()
                .forEach(
                        key -> assertThat(schema.at("/properties/" + key + "/description").stringValue()).isNotBlank());
    }

    @Test
    void typesRangesAndChoices() {
        JsonNode properties = schema().get("properties");
        assertThat(properties.get("learning_rate").toString()).isEqualTo(
                "{\"description\":\"Peak learning rate.\",\"type\":\"number\",\"exclusiveMinimum\":0,\"default\":2.0E-5}");
        assertThat(properties.at("/adam_beta1/minimum").intValue()).isZero();
        assertThat(properties.at("/adam_beta1/exclusiveMaximum").intValue()).isOne();
        assertThat(properties.at("/label_smoothing/maximum").intValue()).isOne();
        assertThat(properties.at("/seed/type").stringValue()).isEqualTo("integer");
        assertThat(properties.at("/packing/type").stringValue()).isEqualTo("boolean");
        assertThat(properties.at("/lr_scheduler_type/enum").toString())
                .isEqualTo("[\"constant\",\"linear\",\"cosine\",\"cosine_with_min_lr\"]");
        assertThat(properties.at("/mixture/anyOf/1/items/minimum").intValue()).isZero();
        assertThat(properties.at("/data/anyOf/0/type").stringValue()).isEqualTo("string");
        assertThat(properties.at("/template_options/type").stringValue()).isEqualTo("object");
        assertThat(properties.get("run_name").has("default")).isFalse();
        assertThat(properties.get("model").has("default")).isFalse();
    }

    @Test
    void everyDefaultOfTheSchemaBindsToItself() {
        JsonNode properties = schema().get("properties");
        Map<String, Object> defaults = Samples.reader().bind(Map.of("model", "m"), "").toMap();
        List<String> documented = StreamSupport.stream(properties.propertyNames().spliterator(), false)
                .filter(key -> properties.get(key).has("default")).toList();
        assertThat(documented).hasSize(defaults.size() - 1);
        for (String key : documented) {
            Object value = JsonMapper.shared().treeToValue(properties.get(key).get("default"), Object.class);
            Map<String, Object> bound = Samples.reader().bind(Map.of("model", "m", key, value), "schema").toMap();
            assertThat(bound).as(key).isEqualTo(defaults);
        }
    }

    @Test
    void aRequiredKeyMayBeGivenUnderAnyOfItsNames() {
        JsonNode schema = JsonMapper.shared().readTree(JsonSchema.of(List.of(Named.class)));
        assertThat(schema.has("required")).isFalse();
        assertThat(schema.at("/allOf/0/oneOf").toString())
                .isEqualTo("[{\"required\":[\"name\"]},{\"required\":[\"id\"]},{\"required\":[\"title\"]}]");
        assertThat(ConfigReader.of(Named.class).bind(Map.of("title", "t"), "").get(Named.class).name()).isEqualTo("t");
    }

    @Test
    void helpIsGroupedAlignedAndComplete() {
        String help = HelpText.of(140, RECORDS);
        assertThat(help.lines()).startsWith("Training run:").contains("The objective:");
        assertThat(help).contains("  --packing                          Lay rows end to end. (default: false)\n")
                .contains("Folder of the model. (required)\n").contains("Name of the run. (optional)\n")
                .contains("A number of at least 0 and below 1. (default: 0.9)")
                .contains("One of constant, linear, cosine")
                .contains("  --seed INT ").contains("(default: 2e-5)").contains("  --data PATH,… ");
        ConfigReader.of(RECORDS).keys().forEach(key -> assertThat(help).contains("  --" + key));
        int column = help.lines().filter(line -> line.contains("Folder of the model.")).findFirst().orElseThrow()
                .indexOf("Folder");
        assertThat(help.lines().filter(line -> line.startsWith(" "))).allSatisfy(line -> {
            assertThat(line.charAt(column - 1)).isEqualTo(' ');
            assertThat(line.charAt(column)).isNotEqualTo(' ');
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 60, 80, 120})
    void helpKeepsToTheWidthOfTheTerminal(int width) {
        assertThat(HelpText.of(width, RECORDS).lines())
                .allSatisfy(line -> assertThat(line.stripTrailing()).hasSizeLessThanOrEqualTo(Math.max(width, 48)));
        assertThat(HelpText.of(-1, RECORDS)).isEqualTo(HelpText.of(40, RECORDS));
    }

    @Test
    void theTableHasOneRowForEachKey() {
        String table = MarkdownTable.of(TrainingRun.class);
        assertThat(table.lines()).hasSize(18).allSatisfy(
                line -> assertThat(line.replace("\\|", "").chars().filter(c -> c == '|').count()).isEqualTo(5));
        assertThat(table).startsWith("| key | value | default | meaning |\n|---|---|---|---|\n")
                .contains("| `model` | path | required | Folder of the model. |\n")
                .contains("| `learning_rate` | number | `2e-5` | Peak learning rate. A number above 0. |\n")
                .contains("| `run_name` | text | none | Name of the run. |\n").contains("or \\| globs.")
                .contains(
                        "| `lr_scheduler_type` | name | `linear` | Shape of the learning rate over the run. One of constant, linear, cosine or cosine_with_min_lr. |");
    }
}
