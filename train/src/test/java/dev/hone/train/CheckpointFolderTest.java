package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointFolderTest {
    @TempDir
    private Path folder;
    private final List<String> warnings = new ArrayList<>();

    @BeforeEach
    void twoCheckpoints() {
        try (CheckpointStore store = CheckpointStore.open(folder, 5, CheckpointSamples.NO_WARNING)) {
            CheckpointSamples.save(store, CheckpointSamples.evaluated(1, 3.0, 3.0));
            CheckpointSamples.save(store, CheckpointSamples.evaluated(2, 2.0, 2.0));
        }
    }

    @Test
    void theNewestAndTheBestAreFound() {
        assertThat(newest()).hasValue(2L);
        assertThat(best()).hasValue(2L);
        assertThat(warnings).isEmpty();
        assertThat(checkpoints().steps()).containsExactly(2L, 1L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.safetensors", "optimizer.safetensors", "state.json", "config.json", "manifest.json"})
    void aTornFileIsPassedOver(String name) throws IOException {
        Path file = folder.resolve("checkpoint-2").resolve(name);
        for (long left : new long[]{Files.size(file) - 1, Files.size(file) / 2, 0}) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(left);
            }
            assertPassedOver(name);
        }
        Files.delete(file);
        assertPassedOver(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.safetensors", "optimizer.safetensors", "state.json", "config.json"})
    void anEditedByteIsPassedOver(String name) throws IOException {
        Path file = folder.resolve("checkpoint-2").resolve(name);
        byte[] content = Files.readAllBytes(file);
        content[content.length - 1] ^= 1;
        Files.write(file, content);
        assertPassedOver(name);
        assertThat(warnings).anyMatch(warning -> warning.contains("SHA-256"));
    }

    @Test
    void anEditedManifestIsPassedOver() throws IOException {
        Path file = folder.resolve("checkpoint-2/manifest.json");
        String whole = Files.readString(file);
        List<String> edits = List.of(whole.replaceFirst("\"sha256\" : \"[0-9a-f]{8}", "\"sha256\" : \"00000000"),
                whole.replaceFirst("\"bytes\" : ", "\"bytes\" : 1"), whole.replace("\"step\" : 2", "\"step\" : 1"),
                whole.replace("\"format\" : 1", "\"format\" : 2"), whole.replace("config.json", "../best"),
                whole.replace("state.json", "other.json"), whole.replace("\"bytes\"", "\"size\""),
                whole.replace("\"files\" : [", "\"files\" : [7, "), "[]", "null", "{}");
        for (String edited : edits) {
            assertThat(edited).isNotEqualTo(whole);
            Files.writeString(file, edited);
            assertPassedOver("checkpoint-2");
        }
        Files.writeString(file, whole);
        assertThat(newest()).hasValue(2L);
    }

    @Test
    void aRenamedCheckpointIsPassedOver() throws IOException {
        Files.move(folder.resolve("checkpoint-2"), folder.resolve("checkpoint-7"));
        assertPassedOver("checkpoint-7");
        assertThatThrownBy(() -> Checkpoint.open(folder.resolve("checkpoint-7")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("step 2").hasMessageContaining("expected");
    }

    @Test
    void otherNamesAreToldAndPassedOver() throws IOException {
        Files.createDirectory(folder.resolve("checkpoint-final"));
        Files.createDirectory(folder.resolve("checkpoint-007"));
        Files.createDirectory(folder.resolve("model"));
        Files.createDirectory(CheckpointName.temporary(folder.resolve("checkpoint-3")));
        Files.writeString(folder.resolve("checkpoint-9"), "a file");
        assertThat(newest()).hasValue(2L);
        assertThat(warnings).hasSize(3);
        assertThat(warnings).anyMatch(warning -> warning.contains("checkpoint-final"));
        assertThat(warnings).anyMatch(warning -> warning.contains("checkpoint-007"));
        assertThat(warnings).anyMatch(warning -> warning.contains("checkpoint-9"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "checkpoint-99", "../elsewhere", "\0", "checkpoint-1/../checkpoint-1"})
    void withoutAGoodPointerTheBestOfTheGoodOnesIsTaken(String pointer) throws IOException {
        Files.writeString(folder.resolve("best"), pointer);
        assertThat(best()).hasValue(2L);
        assertThat(warnings).hasSize(1);
    }

    @Test
    void aTornBestGivesWayToTheBestOfTheGoodOnes() throws IOException {
        Files.writeString(folder.resolve("checkpoint-2/state.json"), "torn");
        assertThat(best()).hasValue(1L);
        Files.delete(folder.resolve("best"));
        assertThat(best()).hasValue(1L);
    }

    @Test
    void nothingIsFoundWhereNothingIs() throws IOException {
        CheckpointDisk.removeTree(folder.resolve("checkpoint-1"));
        Files.delete(folder.resolve("checkpoint-2/manifest.json"));
        assertThat(newest()).isEmpty();
        assertThat(best()).isEmpty();
        CheckpointFolder missing = new CheckpointFolder(folder.resolve("missing"), CheckpointSamples.NO_WARNING);
        assertThat(missing.newestGood()).isEmpty();
        assertThat(missing.best()).isEmpty();
    }

    @Test
    void allAreRemovedButNotWhileARunWrites() throws IOException {
        Files.writeString(folder.resolve("metrics.jsonl"), "kept");
        try (CheckpointStore store = CheckpointStore.open(folder, 5, CheckpointSamples.NO_WARNING)) {
            assertThatThrownBy(() -> checkpoints().removeAll()).isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("writing checkpoints");
            assertThat(store.newestGood()).get().satisfies(Checkpoint::close);
        }
        checkpoints().removeAll();
        try (var children = Files.list(folder)) {
            assertThat(children.map(child -> child.getFileName().toString()))
                    .containsExactlyInAnyOrder("metrics.jsonl", CheckpointLock.FILE);
        }
    }

    private void assertPassedOver(String where) {
        warnings.clear();
        assertThat(newest()).hasValue(1L);
        assertThat(warnings).singleElement().asString().contains("is passed over").contains(where).contains("expected");
    }

    private CheckpointFolder checkpoints() { return new CheckpointFolder(folder, warnings::add); }

    private Optional<Long> newest() { return step(checkpoints().newestGood()); }

    private Optional<Long> best() { return step(checkpoints().best()); }

    private static Optional<Long> step(Optional<Checkpoint> found) {
        try (Checkpoint checkpoint = found.orElse(null)) {
            return found.map(good -> good.state().step());
        }
    }
}
