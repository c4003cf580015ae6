package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JsonlSinkTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    private Path folder;

    private Path file() { return folder.resolve("deep/metrics.jsonl"); }

    private void run(long resumeStep, long from, long to) {
        try (JsonlSink sink = JsonlSink.open(file(), resumeStep)) {
            for (long step = from; step <= to; step++) {
                sink.record(step, Map.of("loss", 1.0 / step));
            }
        }
    }

    private List<Long> steps() throws IOException {
        return Files.readAllLines(file()).stream().map(line -> JSON.readTree(line).get("step").longValue()).toList();
    }

    @Test
    void writesOneJsonObjectALineInTheOrderGivenAndAtOnce() throws IOException {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("loss", 2.25);
        values.put("rewards/\"odd\"\nname", 1e-300);
        values.put("a", 0.1 + 0.2);
        try (JsonlSink sink = JsonlSink.open(file(), -1, () -> Instant.ofEpochMilli(1_790_000_000_123L))) {
            sink.record(7, values);
            JsonNode row = JSON.readTree(Files.readString(file()));
            assertThat(row.propertyNames()).containsExactly("step", "time", "loss", "rewards/\"odd\"\nname", "a");
            assertThat(row.get("time").doubleValue()).isEqualTo(1_790_000_000.123);
            assertThat(row.get("a").doubleValue()).isEqualTo(0.1 + 0.2);
            sink.record(8, Map.of("loss", 2.0));
        }
        assertThat(Files.readString(file())).endsWith("\n").hasLineCount(2);
        assertThat(steps()).containsExactly(7L, 8L);
    }

    @Test
    void numbersThatJsonLacksAreStringsAndComeBack() throws IOException {
        try (JsonlSink sink = JsonlSink.open(file(), -1)) {
            sink.record(1, Map.of("a", Double.NaN));
            sink.record(2, Map.of("a", Double.POSITIVE_INFINITY));
            sink.record(3, Map.of("a", Double.NEGATIVE_INFINITY));
        }
        assertThat(Files.readAllLines(file())).map(line -> JSON.readTree(line).get("a").stringValue())
                .containsExactly("NaN", "Infinity", "-Infinity");
        assertThat(RunHistory.read(file()).curve("a").ys()).containsExactly(Double.NaN, Double.POSITIVE_INFINITY,
                Double.NEGATIVE_INFINITY);
    }

    @Test
    void aResumedRunHasEveryStepOnce() throws IOException {
        run(-1, 1, 10);
        run(6, 7, 12);
        assertThat(steps()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L, 12L);
        assertThat(folder.resolve("deep")).isDirectoryContaining("glob:**metrics.jsonl")
                .isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void aNewRunStartsAnEmptyFile() throws IOException {
        run(-1, 0, 3);
        run(-1, 0, 1);
        assertThat(steps()).containsExactly(0L, 1L);
    }

    @Test
    void aTornLastLineIsDropped() throws IOException {
        run(-1, 1, 3);
        for (String torn : List.of("{\"step\":4,\"lo", "{\"step\":4,\"time\":1}x", "\u0000\u0000",
                "{\"step\":4,\"n\":\"\u00c3")) {
            // Latin 1 makes the last one a broken UTF-8 sequence.
            Files.write(file(), torn.getBytes(StandardCharsets.ISO_8859_1), StandardOpenOption.APPEND);
            run(3, 4, 4);
            assertThat(steps()).as(torn).containsExactly(1L, 2L, 3L, 4L);
        }
    }

    @Test
    void aWholeLastLineWithoutItsNewlineIsKept() throws IOException {
        run(-1, 1, 2);
        Files.writeString(file(), "{\"step\":3,\"time\":1.0,\"loss\":0.5}", StandardOpenOption.APPEND);
        run(3, 4, 4);
        assertThat(steps()).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void refusesMetricsNamedAsItsOwnColumns() {
        try (JsonlSink sink = JsonlSink.open(file(), -1)) {
            assertThatThrownBy(() -> sink.record(1, Map.of("time", 1.0))).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("time");
        }
    }

    @Test
    void aFolderThatCannotBeMadeIsToldWithTheWayOut() throws IOException {
        Path blocked = Files.writeString(folder.resolve("blocked"), "a file");
        assertThatThrownBy(() -> JsonlSink.open(blocked.resolve("metrics.jsonl"), -1))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(blocked.toString())
                .hasMessageContaining("a file stands where the folder should be")
                .hasMessageContaining("expected").hasMessageContaining("make the folder writable or give another one");
    }
}
