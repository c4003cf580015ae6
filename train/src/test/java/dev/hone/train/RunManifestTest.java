package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.tensor.Machine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RunManifestTest {
    @TempDir
    private Path folder;

    private RunManifest manifest() throws IOException {
        Map<String, Object> configuration = new LinkedHashMap<>();
        configuration.put("learning_rate", 2e-5);
        configuration.put("data", Map.of("paths", List.of("a.jsonl", "b \"quoted\".jsonl")));
        configuration.put("hub_token", "hunter2");
        Path data = Files.writeString(folder.resolve("data.txt"), "abc");
        return new RunManifest(
                new RunManifest.Invocation(List.of("hone", "sft", "--hub_token=hunter2"), -7,
                        Instant.parse("2026-11-21T03:04:05Z"),
                        Optional.empty()),
                configuration, Map.of("hone", "0.1.0"), List.of(FileDigest.of(data)), Machine.here());
    }

    private JsonNode written(RunManifest manifest) throws IOException {
        Path path = folder.resolve("run/manifest.json");
        manifest.write(path);
        assertThat(path.getParent()).isDirectoryNotContaining("glob:**.tmp");
        return JsonMapper.builder().build().readTree(Files.readString(path));
    }

    @Test
    void holdsWhatIsNeededToDoTheRunAgain() throws IOException {
        JsonNode root = written(manifest());
        assertThat(root.get("seed").longValue()).isEqualTo(-7);
        assertThat(root.get("started").stringValue()).isEqualTo("2026-11-21T03:04:05Z");
        assertThat(root.has("ended")).isFalse();
        assertThat(root.at("/configuration/learning_rate").doubleValue()).isEqualTo(2e-5);
        assertThat(root.at("/configuration/data/paths/1").stringValue()).isEqualTo("b \"quoted\".jsonl");
        assertThat(root.at("/versions/hone").stringValue()).isEqualTo("0.1.0");
        assertThat(root.at("/data/0/path").stringValue()).endsWith("data.txt");
        assertThat(root.at("/data/0/bytes").longValue()).isEqualTo(3);
        // FIPS 180-2, appendix B.1: the digest of "abc".
        assertThat(root.at("/data/0/sha256").stringValue())
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(root.at("/machine/processors").intValue()).isPositive();
        assertThat(root.at("/machine/memory_bytes").longValue()).isGreaterThan(1L << 27);
        assertThat(root.at("/machine/java").stringValue()).contains(Integer.toString(Runtime.version().feature()));
    }

    @Test
    void secretsStayOut() throws IOException {
        assertThat(manifest().json()).doesNotContain("hunter2").contains("***");
    }

    @Test
    void theEndIsWrittenOverTheSameFile() throws IOException {
        written(manifest());
        JsonNode root = written(manifest().ended(Instant.parse("2026-11-21T04:00:00Z")));
        assertThat(root.get("ended").stringValue()).isEqualTo("2026-11-21T04:00:00Z");
        assertThat(root.get("started").stringValue()).isEqualTo("2026-11-21T03:04:05Z");
    }

    @Test
    void aFailedWriteLeavesTheOldFileAndSaysWhatToDo() throws IOException {
        Path occupied = Files.createDirectories(folder.resolve("manifest.json"));
        Files.writeString(occupied.resolve("inside"), "x");
        assertThatThrownBy(() -> manifest().write(occupied)).isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("found that " + occupied).hasMessageContaining("expected")
                .hasMessageContaining("give another one");
        assertThat(occupied.resolve("inside")).exists();
        assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void dataThatCannotBeReadIsNamed() {
        assertThatThrownBy(() -> FileDigest.of(folder.resolve("gone.jsonl"))).isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("gone.jsonl").hasMessageContaining("no such file");
    }
}
