package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShardedTensorsTest {
    private static final String ONE = "model-00001-of-00002.safetensors";
    private static final String TWO = "model-00002-of-00002.safetensors";

    @TempDir
    Path folder;

    private void shard(String name, String tensor, int bytes) {
        SafetensorsBytes.write(folder, name,
                "{\"" + tensor + "\":{\"dtype\":\"U8\",\"shape\":[" + bytes + "],\"data_offsets\":[0," + bytes + "]}}",
                bytes);
    }

    private void index(String json) throws IOException {
        Files.writeString(folder.resolve("model.safetensors.index.json"), json);
    }

    private void refused(String... fragments) {
        assertThatThrownBy(() -> ShardedTensors.open(folder).close()).isInstanceOf(SafetensorsException.class)
                .hasMessageContaining(folder.toString()).hasMessageContainingAll(fragments);
    }

    @Test
    void showsShardsAsOne() throws IOException {
        shard(ONE, "a", 2);
        shard(TWO, "b", 3);
        index("{\"metadata\":{\"total_size\":5},\"weight_map\":{\"b\":\"" + TWO + "\",\"a\":\"" + ONE + "\"}}");
        ShardedTensors tensors = ShardedTensors.open(folder);
        try (tensors) {
            assertThat(tensors.names()).containsExactly("a", "b");
            assertThat(tensors.files()).containsExactly(folder.resolve(ONE), folder.resolve(TWO));
            assertThat(tensors.file("b")).isEqualTo(folder.resolve(TWO));
            assertThat(tensors.info("b").shape()).containsExactly(3);
            assertThat(SafetensorsBytes.bytes(tensors.data("b"))).containsExactly(0, 1, 2);
            assertThat(tensors.contains("c")).isFalse();
            assertThatThrownBy(() -> tensors.data("c")).isInstanceOf(SafetensorsException.class)
                    .hasMessageContaining("no tensor 'c', expected one of its 2 tensors");
        }
        assertThatIllegalStateException().isThrownBy(() -> tensors.data("a"));
        tensors.close();
    }

    @Test
    void takesTheSingleFileFirst() throws IOException {
        shard("model.safetensors", "a", 2);
        index("{\"weight_map\":{\"b\":\"none.safetensors\"}}");
        try (ShardedTensors tensors = ShardedTensors.open(folder)) {
            assertThat(tensors.names()).containsExactly("a");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x.safetensors", "/etc/x.safetensors", "a/../x.safetensors", "sub/x.safetensors",
            "..\\\\x.safetensors", "C:x.safetensors", "x.bin", "", "x\\u0000.safetensors", ".."})
    void refusesShardsElsewhere(String name) throws IOException {
        index("{\"weight_map\":{\"a\":\"" + name + "\"}}");
        refused("for tensor 'a'", "the plain name of a .safetensors file");
    }

    @Test
    void refusesAnIndexThatTheShardsContradict() throws IOException {
        shard(ONE, "a", 2);
        shard(TWO, "b", 3);
        index("{\"weight_map\":{\"a\":\"" + TWO + "\",\"b\":\"" + ONE + "\"}}");
        refused("tensor 'a' in " + ONE, "expected it in " + TWO);
        index("{\"weight_map\":{\"a\":\"" + ONE + "\",\"b\":\"" + TWO + "\",\"c\":\"" + TWO + "\"}}");
        refused("tensor 'c' in no shard");
        index("{\"weight_map\":{\"a\":\"" + ONE + "\",\"b\":\"model-00003-of-00003.safetensors\"}}");
        refused("no shard 'model-00003-of-00003.safetensors'");
        shard(TWO, "a", 3);
        index("{\"weight_map\":{\"a\":\"" + ONE + "\",\"b\":\"" + TWO + "\"}}");
        refused("tensor 'a' in two shards, " + ONE + " and " + TWO);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {                                                    | does not parse
            {"weight_map":{"a":"x.safetensors","a":"x.safetensors"}} | Duplicate Object property
            []                                                   | no weight_map
            {"weight_map":[]}                                    | no weight_map
            {"weight_map":{}}                                    | an empty weight_map
            {"weight_map":{"a":1}}                               | a NUMBER for tensor 'a'
            """)
    void refusesABrokenIndex(String json, String fragment) throws IOException {
        index(json);
        refused(fragment, "index.json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pytorch_model.bin", "pytorch_model-00001-of-00002.bin", "pytorch_model.bin.index.json",
            "consolidated.00.pth", "epoch.ckpt", "model.pt"})
    void refusesPickleWithTheWayToConvert(String name) throws IOException {
        Files.writeString(folder.resolve("config.json"), "{}");
        Files.writeString(folder.resolve(name), "");
        refused("only pickle weights ('" + name + "')", "model.save_pretrained(folder, safe_serialization=True)");
    }

    @Test
    void tellsWhatAFolderWithoutWeightsHolds() throws IOException {
        refused("no weights (the folder is empty)", "expected model.safetensors or model.safetensors.index.json");
        Files.writeString(folder.resolve("config.json"), "{}");
        refused("no weights, only 'config.json'");
        shard("adapter_model.safetensors", "a", 1);
        refused("only 'adapter_model.safetensors'", "an adapter needs its base model's folder");
        shard(ONE, "a", 1);
        refused("Its index is missing");
        assertThatThrownBy(() -> ShardedTensors.open(folder.resolve("none"))).isInstanceOf(SafetensorsException.class)
                .hasMessageContaining("no such folder");
        assertThatThrownBy(() -> ShardedTensors.open(folder.resolve(ONE))).isInstanceOf(SafetensorsException.class)
                .hasMessageContaining("Found a file, expected the folder of a model");
    }

    @Test
    void followsLinksAsTheHubCacheLaysThem() throws IOException {
        Path blobs = Files.createDirectory(folder.resolve("blobs"));
        Path snapshot = Files.createDirectory(folder.resolve("snapshot"));
        SafetensorsBytes.write(blobs, "abc", "{}", 0);
        Files.createSymbolicLink(snapshot.resolve("model.safetensors"), Path.of("../blobs/abc"));
        ShardedTensors.open(snapshot).close();
        Files.delete(blobs.resolve("abc"));
        assertThatThrownBy(() -> ShardedTensors.open(snapshot)).isInstanceOf(SafetensorsException.class)
                .hasMessageContaining("a link to a file that is missing");
    }
}
