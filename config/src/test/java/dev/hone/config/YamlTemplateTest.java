package dev.hone.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.config.Samples.Smoothing;
import dev.hone.config.Samples.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class YamlTemplateTest {
    private static final String TEMPLATE = YamlTemplate.of(List.of(TrainingRun.class, Smoothing.class));

    @TempDir
    Path folder;

    private Config read(String text) throws IOException {
        return Samples.reader().read(Files.writeString(folder.resolve("run.yaml"), text));
    }

    @Test
    void filledInItReadsAsTheDefaults() throws IOException {
        Map<String, Object> defaults = Samples.reader().bind(Map.of("model", "m"), "").toMap();
        assertThat(read(TEMPLATE.replace("\nmodel:\n", "\nmodel: m\n")).toMap()).isEqualTo(defaults);
    }

    @Test
    void asItIsItAsksForWhatIsRequired() {
        assertThatThrownBy(() -> read(TEMPLATE)).isInstanceOfSatisfying(ConfigException.class,
                wrong -> assertThat(wrong.problems()).extracting(Problem::key).containsExactly("model"));
    }

    @Test
    void everySettingIsDescribedAndOptionalOnesAreCommentedOut() {
        for (String key : Samples.reader().keys()) {
            assertThat(TEMPLATE).containsPattern("(?m)^(# )?" + key + ":");
        }
        assertThat(TEMPLATE).contains("# Folder of the model. (required)", "\n# run_name:\n", "-------- The objective",
                "# Peak learning rate. A number above 0.");
    }
}
