package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
    @TempDir
    private Path folder;

    @Test
    void makesTheFolderAndLeavesItEmpty() {
        RunFolder run = RunFolder.open(folder.resolve("runs/a"));
        assertThat(run.root()).isEmptyDirectory();
        assertThat(run.metrics()).isEqualTo(run.root().resolve("metrics.jsonl"));
        assertThat(run.manifest().getParent()).isEqualTo(run.report().getParent())
                .isEqualTo(run.tensorBoard().getParent());
    }

    @Test
    void aFileInItsPlaceIsToldWithTheWayOut() throws IOException {
        Path file = Files.writeString(folder.resolve("out"), "x");
        for (Path root : new Path[]{file, file.resolve("deeper")}) {
            assertThatThrownBy(() -> RunFolder.open(root)).isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining(root.toString())
                    .hasMessageContaining("give another one");
        }
    }

    @Test
    void aReadOnlyFolderIsToldWithTheWayOut() throws IOException {
        Path readOnly = Files.createDirectory(folder.resolve("readonly"));
        assumeTrue(readOnly.toFile().setWritable(false) && !Files.isWritable(readOnly),
                "a privileged user may write anywhere");
        try {
            assertThatThrownBy(() -> RunFolder.open(readOnly)).isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("permission denied").hasMessageContaining("make the folder writable");
        } finally {
            assertThat(readOnly.toFile().setWritable(true)).isTrue();
        }
    }

    @Test
    void aFileSystemThatTakesNoFilesIsToldWithTheWayOut() {
        Path kernel = Path.of("/proc/self");
        assumeTrue(Files.isDirectory(kernel));
        assertThatThrownBy(() -> RunFolder.open(kernel)).isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("/proc/self")
                .hasMessageContaining("cannot be written");
    }
}
