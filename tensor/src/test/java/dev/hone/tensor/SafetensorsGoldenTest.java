package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every fixture that Python's safetensors wrote opens, and is the same after a rewrite. */
@Tag("golden")
class SafetensorsGoldenTest {
    @TempDir
    Path folder;

    static Stream<Path> files() throws IOException { return below(".safetensors").stream(); }

    static Stream<Path> shardedFolders() throws IOException {
        return below(".safetensors.index.json").stream().map(Path::getParent);
    }

    private static List<Path> below(String ending) throws IOException {
        try (Stream<Path> all = Files.walk(Golden.root())) {
            return all.filter(path -> path.toString().endsWith(ending)).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void rewritesToTheSame(Path path) {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.names()).isNotEmpty();
            List<SafetensorsEntry> entries = file.names().stream().map(file::info).map(
                    info -> SafetensorsEntry.of(info.name(), info.dtype(), info.shape(), file.data(info.name())))
                    .toList();
            Path copy = folder.resolve("copy.safetensors");
            SafetensorsWriter.write(copy, entries, file.metadata());
            try (SafetensorsFile written = SafetensorsFile.open(copy)) {
                assertThat(written.metadata()).isEqualTo(file.metadata());
                assertThat(written.names()).isEqualTo(file.names());
                for (String name : file.names()) {
                    assertThat(written.info(name)).isEqualTo(file.info(name));
                    assertThat(written.data(name).mismatch(file.data(name))).as(name).isEqualTo(-1);
                }
            }
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("shardedFolders")
    void shardsAgreeWithTheirIndexAndAreTheSameAfterAnotherSplit(Path model) {
        try (ShardedTensors tensors = ShardedTensors.open(model)) {
            assertThat(tensors.files()).hasSizeGreaterThan(1);
            List<SafetensorsEntry> entries = tensors.names().stream().map(tensors::info).map(
                    info -> SafetensorsEntry.of(info.name(), info.dtype(), info.shape(), tensors.data(info.name())))
                    .toList();
            long total = entries.stream().mapToLong(SafetensorsEntry::bytes).sum();
            assertThat(Golden.json(model.resolve(ShardedTensors.INDEX)).at("/metadata/total_size").longValue())
                    .isEqualTo(total);
            ShardedWriter.Saved saved = ShardedWriter.write(folder, entries, total / 2);
            assertThat(saved.index()).isPresent();
            try (ShardedTensors written = ShardedTensors.open(folder)) {
                assertThat(written.names()).containsExactlyInAnyOrderElementsOf(tensors.names());
                for (String name : tensors.names()) {
                    assertThat(written.data(name).mismatch(tensors.data(name))).as(name).isEqualTo(-1);
                }
            }
        }
    }
}
