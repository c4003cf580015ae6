package dev.hone.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.config.MarkdownTable;
import dev.hone.config.SettingGroup;
import dev.hone.objective.ReferenceSync;
import dev.hone.train.LabelledSettings;
import dev.hone.train.ReferenceSettings;
import dev.hone.train.SftJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code docs/settings.md} says what the records say. With {@code -Dhone.docs=write} it is written anew. */
class SettingsPageTest {
    private static final String WRITE = "./mvnw -pl architecture -am test -Dtest=SettingsPageTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dhone.docs=write";

    @Test
    void isNotStale() throws IOException {
        Path page = Project.root().resolve("docs/settings.md");
        if ("write".equals(System.getProperty("hone.docs"))) {
            Files.writeString(page, text());
        }
        assertThat(Project.read(page)).as("docs/settings.md; write it anew with " + WRITE).isEqualTo(text());
    }

    private static String text() {
        StringBuilder text = new StringBuilder(
                """
                        # Settings of training

                        Each is a key of the YAML file and a flag of the same name (`max_length: 512`, `--max_length 512`). This page is made from
                        the code; `./hone help COMMAND` shows the settings of every command. Those of other objectives stand on their own
                        [pages](objectives/README.md).
                        """);
        List<Class<? extends Record>> types = new ArrayList<>(SftJob.Settings.types());
        types.addAll(List.of(LabelledSettings.class, ReferenceSettings.class, ReferenceSync.class));
        for (Class<? extends Record> type : types) {
            SettingGroup group = type.getAnnotation(SettingGroup.class);
            text.append("\n## ").append(group.value()).append("\n\n").append(MarkdownTable.of(type));
        }
        return text.toString();
    }
}
