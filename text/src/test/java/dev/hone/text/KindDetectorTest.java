package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KindDetectorTest {
    @TempDir
    Path folder;

    private List<DataKind> kinds(String content, ReadOptions options) throws IOException {
        return KindDetector.detect(List.of(Files.writeString(folder.resolve("a.jsonl"), content).toString()), options);
    }

    private List<DataKind> kinds(String content) throws IOException { return kinds(content, ReadOptions.defaults()); }

    @Test
    void columnsTellWhatRowsCanBe() throws IOException {
        assertThat(kinds("{\"text\": \"a\"}")).containsExactly(DataKind.DEMONSTRATIONS);
        assertThat(kinds("{\"chosen\": \"a\", \"rejected\": \"b\"}")).containsExactly(DataKind.PREFERENCES);
        assertThat(kinds("{\"prompt\": \"a\", \"completion\": \"b\", \"label\": true}"))
                .startsWith(DataKind.DEMONSTRATIONS).contains(DataKind.JUDGED).doesNotContain(DataKind.PREFERENCES);
        assertThat(kinds("{\"sentence\": \"a\", \"label\": 1}")).containsExactly(DataKind.GRADED);
        assertThat(kinds("{\"prompt\": \"p\", \"completions\": [\"a\"], \"labels\": [true]}")).contains(DataKind.STEPS);
        assertThat(kinds("{\"colour\": \"red\"}")).isEmpty();
    }

    @Test
    void namedColumnsNarrowTheChoice() throws IOException {
        String row = "{\"chosen\": \"a\", \"rejected\": \"b\", \"good\": \"c\", \"bad\": \"d\"}";
        assertThat(kinds(row, ReadOptions.defaults().withColumns(Columns.ofText("chosen"))))
                .contains(DataKind.DEMONSTRATIONS);
        assertThat(kinds(row, ReadOptions.defaults()
                .withColumns(Columns.ofParts(Map.of("chosen", "nowhere"))))).isEmpty();
    }

    @Test
    void badRowsAndEmptyFilesAreLeftToTheReader() throws IOException {
        assertThat(kinds("[1, 2]\n{\"text\": \"a\"}")).containsExactly(DataKind.DEMONSTRATIONS);
        assertThat(kinds("")).isEmpty();
        assertThatThrownBy(() -> KindDetector.detect(List.of("nowhere.jsonl"), ReadOptions.defaults()))
                .isInstanceOf(DataException.class).hasMessageContaining("nowhere.jsonl");
    }
}
