package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class ShardedWriterTest {
    @TempDir
    Path folder;

    private static SafetensorsEntry entry(String name, int bytes, int fill) {
        byte[] content = new byte[bytes];
        Arrays.fill(content, (byte) fill);
        return SafetensorsEntry.of(name, DType.INT8, new long[]{bytes}, MemorySegment.ofArray(content));
    }

    private List<String> listing() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void writesOneFileWhereItFits() throws IOException {
        ShardedWriter.Saved saved = ShardedWriter.write(folder, List.of(entry("a", 6, 1), entry("b", 4, 2)), 10);
        assertThat(listing()).containsExactly("model.safetensors");
        assertThat(saved.index()).isEmpty();
        assertThat(saved.files()).singleElement().satisfies(file -> assertThat(file.sha256()).hasSize(64));
        try (ShardedTensors tensors = ShardedTensors.open(folder)) {
            assertThat(tensors.names()).containsExactly("a", "b");
        }
    }

    @Test
    void aModelWithoutTensorsIsOneFile() throws IOException {
        ShardedWriter.write(folder, List.of());
        assertThat(listing()).containsExactly("model.safetensors");
    }

    @Test
    void splitsInOrderAndNamesAsHuggingFaceDoes() throws IOException {
        List<SafetensorsEntry> entries = List.of(entry("c", 6, 1), entry("a", 4, 2), entry("b", 1, 3),
                entry("huge", 25, 4),
                entry("d", 10, 5), entry("none", 0, 0));
        ShardedWriter.Saved saved = ShardedWriter.write(folder, entries, 10);
        assertThat(listing()).containsExactly("model-00001-of-00004.safetensors", "model-00002-of-00004.safetensors",
                "model-00003-of-00004.safetensors", "model-00004-of-00004.safetensors", "model.safetensors.index.json");
        assertThat(new JsonMapper().readTree(saved.index().orElseThrow().toFile()))
                .isEqualTo(new JsonMapper().readTree("""
                        {"metadata": {"total_size": 46}, "weight_map": {
                          "a": "model-00001-of-00004.safetensors", "b": "model-00002-of-00004.safetensors",
                          "c": "model-00001-of-00004.safetensors", "d": "model-00004-of-00004.safetensors",
                          "huge": "model-00003-of-00004.safetensors", "none": "model-00004-of-00004.safetensors"}}"""));
        try (ShardedTensors tensors = ShardedTensors.open(folder)) {
            for (SafetensorsEntry entry : entries) {
                entry.source().lend(bytes -> assertThat(tensors.data(entry.name()).mismatch(bytes)).isEqualTo(-1));
            }
        }
        assertThat(saved.files()).hasSize(4).allSatisfy(
                file -> assertThat(Files.size(file.file())).isEqualTo(file.bytes()));
    }

    @Test
    void savesOverItselfAndRemovesNothingElse() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{}");
        ShardedWriter.write(folder, List.of(entry("a", 6, 1), entry("b", 6, 1)), 10);
        ShardedWriter.write(folder, List.of(entry("a", 6, 2), entry("b", 6, 2)), 10);
        assertThat(listing()).containsExactly("config.json", "model-00001-of-00002.safetensors",
                "model-00002-of-00002.safetensors", "model.safetensors.index.json");
        try (ShardedTensors tensors = ShardedTensors.open(folder)) {
            assertThat(SafetensorsBytes.bytes(tensors.data("b"))).containsOnly(2);
        }
    }

    @Test
    void aFailureInTheLastShardLeavesTheOlderModelWhole() throws IOException {
        ShardedWriter.write(folder, List.of(entry("a", 6, 1), entry("b", 6, 1)), 10);
        List<String> before = listing();
        SafetensorsEntry failing = new SafetensorsEntry("b", DType.INT8, new long[]{6}, reader -> {
            throw new IllegalStateException("device lost");
        });
        assertThatThrownBy(() -> ShardedWriter.write(folder, List.of(entry("a", 6, 2), failing), 10))
                .isInstanceOf(IllegalStateException.class);
        assertThat(listing()).isEqualTo(before);
        try (ShardedTensors tensors = ShardedTensors.open(folder)) {
            assertThat(SafetensorsBytes.bytes(tensors.data("a"))).containsOnly(1);
        }
    }

    @Test
    void refusesToLeaveTwoModelsInOneFolder() throws IOException {
        List<SafetensorsEntry> entries = IntStream.range(0, 2).mapToObj(i -> entry("t" + i, 6, i)).toList();
        ShardedWriter.write(folder, entries, 12);
        assertThatThrownBy(() -> ShardedWriter.write(folder, entries, 10)).isInstanceOf(SafetensorsException.class)
                .hasMessageContaining("an older model.safetensors").hasMessageContaining("2 shards");
        Files.delete(folder.resolve("model.safetensors"));
        ShardedWriter.write(folder, entries, 10);
        assertThatThrownBy(() -> ShardedWriter.requireWritable(folder, entries, 12))
                .isInstanceOf(SafetensorsException.class)
                .hasMessageContaining("an older model.safetensors.index.json");
    }

    @Test
    void findsMistakesBeforeTraining() throws IOException {
        assertThatThrownBy(() -> ShardedWriter.requireWritable(folder, List.of(entry("a", 1, 0), entry("a", 9, 0)), 5))
                .isInstanceOf(SafetensorsException.class)
                .hasMessageContaining("two tensors to write with the name 'a'");
        assertThatThrownBy(() -> ShardedWriter.requireWritable(folder, List.of(), 0))
                .isInstanceOf(SafetensorsException.class)
                .hasMessageContaining("a shard size of 0");
        SafetensorsEntry huge = new SafetensorsEntry("a", DType.INT8, new long[]{1L << 60}, reader -> {});
        assertThatThrownBy(() -> ShardedWriter.requireWritable(folder.resolve("not/yet"), List.of(huge), 5))
                .isInstanceOf(SafetensorsException.class).hasMessageContaining("bytes free");
        ShardedWriter.requireWritable(folder.resolve("not/yet"), List.of(entry("a", 9, 0)), 5);
        assertThat(listing()).isEmpty();
    }
}
