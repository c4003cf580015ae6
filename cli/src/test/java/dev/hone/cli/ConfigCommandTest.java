package dev.hone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.config.ConfigReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ConfigCommandTest {
    @TempDir
    Path folder;

    @Test
    void theSchemaOfEveryCommandNamesItsKeys() {
        for (Command command : Commands.all()) {
            Cli schema = Cli.run("config", "schema", command.manual().name());
            assertThat(schema.code()).isZero();
            JsonNode json = JsonMapper.shared().readTree(schema.out());
            assertThat(json.get("properties").propertyNames())
                    .containsAll(ConfigReader.of(command.settings()).keys());
        }
    }

    @Test
    void theTemplateIsAConfigurationOnceFilledIn() throws IOException {
        Cli template = Cli.run("config", "template", "sft");
        assertThat(template.code()).isZero();
        Path file = Files.writeString(folder.resolve("sft.yaml"), template.out().replace("\nmodel:\n", "\nmodel: m\n")
                .replace("\ndata:\n", "\ndata: d\n").replace("\nout:\n", "\nout: o\n"));
        Command sft = Commands.find("sft").orElseThrow();
        assertThat(ConfigReader.of(sft.settings()).read(file).toMap()).isEqualTo(ConfigReader.of(sft.settings())
                .parse(java.util.List.of("--model", "m", "--data", "d", "--out", "o")).toMap());
    }

    @Test
    void unknownNamesAreRefused() {
        Cli form = Cli.run("config", "shema", "score");
        assertThat(form.code()).isEqualTo(2);
        assertThat(form.err()).contains("shema", "Did you mean schema?");
        Cli command = Cli.run("config", "schema", "genrate");
        assertThat(command.code()).isEqualTo(2);
        assertThat(command.err()).contains("Did you mean generate?");
    }
}
