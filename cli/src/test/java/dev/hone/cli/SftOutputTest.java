package dev.hone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hone.train.Checkpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Output that cannot be written, before a run and in the middle of it. None of it relies on permissions, which root does not have. */
class SftOutputTest {
    @TempDir
    Path folder;

    private static void refused(Cli cli, String... words) {
        assertThat(cli.err()).contains(words).doesNotContain("    at ", "should not have happened");
        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.out()).isEmpty();
    }

    @Test
    void aFolderBelowAFileIsRefusedBeforeAnythingIsRead() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        Runs runs = new Runs(folder.resolve("no such data.jsonl"));
        refused(Cli.run(runs.words(file.resolve("run"), 2).toArray(String[]::new)), file.toString(),
                "cannot be written", "give another one as output");
    }

    @Test
    void aFileThatCannotBeReplacedIsToldAndTheCheckpointsStay() throws Exception {
        Runs runs = Runs.in(folder);
        Path out = folder.resolve("run");
        runs.run(out, 2);
        Files.delete(out.resolve("manifest.json"));
        Files.createDirectories(out.resolve("manifest.json/in the way"));
        refused(Cli.run(runs.words(out, 4, "--resume").toArray(String[]::new)), "manifest.json", "cannot be written");
        Checkpoint.open(out.resolve("checkpoint-2")).close();
    }

    @Test
    void aCheckpointThatFindsNoRoomIsToldTheOlderOneOpensAndNothingIsLost() throws Exception {
        Path shell = Path.of("/bin/bash");
        assumeTrue(Files.isExecutable(shell), "needs a shell that limits the size of files");
        Runs runs = Runs.in(folder);
        Path out = folder.resolve("run");
        runs.run(out, 3);
        List<String> limited = List.of(shell.toString(), "-c", "ulimit -f 100 && exec \"$@\"", "limited");
        List<String> words = runs.words(out, 8, "--resume", "--save_steps", "2");
        try (HoneProcess hone = HoneProcess.start(limited, folder.resolve("log"), words)) {
            assertThat(hone.exitCode()).as(hone.log()).isEqualTo(2);
            assertThat(hone.log()).contains("resuming after step 3",
                    "warning: The checkpoint of step 4 was not saved", "Training goes on.",
                    "hone: The checkpoint of step 8 was not saved", "safetensors", "Older checkpoints are unchanged")
                    .doesNotContain("    at ");
        }
        try (Checkpoint older = Checkpoint.open(out.resolve("checkpoint-3"))) {
            assertThat(older.state().step()).isEqualTo(3);
        }
        assertThat(out).isDirectoryNotContaining("glob:**checkpoint-[4-8]*");
        runs.run(out, 8, "--resume");
        runs.run(folder.resolve("whole"), 8);
        assertThat(Runs.weights(out.resolve("model"))).isEqualTo(Runs.weights(folder.resolve("whole/model")));
    }
}
