package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Saves in other processes that are killed, or that run out of room. */
@Timeout(60)
class CheckpointKillTest {
    private static final int LEAST_ROUNDS = 3;
    private static final int MOST_ROUNDS = 10;
    private static final long ENOUGH_NANOS = TimeUnit.SECONDS.toNanos(6);

    @TempDir
    private Path folder;

    @Test
    void afterAKillAtAnyMomentTheNewestCheckpointIsWhole() throws Exception {
        Random random = new Random(11);
        long end = System.nanoTime() + ENOUGH_NANOS;
        for (int round = 0; round < LEAST_ROUNDS || round < MOST_ROUNDS && System.nanoTime() < end; round++) {
            long confirmed = killAfter(random.nextInt(120), round == 0);
            try (Checkpoint newest = reader().newestGood().orElseThrow()) {
                assertThat(newest.state().step()).isGreaterThanOrEqualTo(confirmed);
                assertThat(CheckpointSamples.distinctValues(newest)).containsExactly((float) newest.state().step());
                assertThat(newest.model().names()).hasSize(4);
            }
            try (Checkpoint best = reader().best().orElseThrow()) {
                assertThat(best.state().isBest()).isTrue();
            }
        }
        CheckpointStore.open(folder, 2, CheckpointSamples.NO_WARNING).close();
        try (var children = Files.list(folder)) {
            assertThat(children.map(child -> child.getFileName().toString()))
                    .allMatch(name -> name.matches("checkpoint-[0-9]+|best|best\\.tmp|\\.checkpoints\\.lock"));
        }
    }

    /** Starts a saver, lets it save for a while, kills it, and returns the last step that it called saved. */
    private long killAfter(long millis, boolean lookIn) throws Exception {
        Process saver = new ProcessBuilder(command(Long.MAX_VALUE)).redirectErrorStream(true).start();
        try (BufferedReader output = saver.inputReader()) {
            String line = output.readLine();
            while (line != null && (step(line) == 0 || step(line) % 3 != 0)) {
                line = output.readLine();
            }
            assertThat(line).as("the first lines of the saver").isNotNull();
            long confirmed = step(line);
            if (lookIn) {
                assertThatThrownBy(() -> CheckpointStore.open(folder, 1, CheckpointSamples.NO_WARNING))
                        .isInstanceOf(CheckpointException.class)
                        .hasMessageContaining("process " + saver.pid() + " writing checkpoints");
            }
            Thread.sleep(millis);
            // Through the handle: the process itself would throw away what it printed last.
            saver.toHandle().destroyForcibly();
            saver.waitFor();
            for (line = output.readLine(); line != null; line = output.readLine()) {
                confirmed = step(line);
            }
            return confirmed;
        } finally {
            saver.destroyForcibly();
        }
    }

    @Test
    void aWriteThatTheSystemRefusesIsToldAndHarmsNothing() throws Exception {
        Path shell = Path.of("/bin/bash");
        assumeTrue(Files.isExecutable(shell), "needs a shell that limits the size of files");
        List<String> limited = new ArrayList<>(
                List.of(shell.toString(), "-c", "ulimit -f 1024 && exec \"$@\"", "limited"));
        limited.addAll(command(3));
        Process saver = new ProcessBuilder(limited).redirectErrorStream(true).start();
        try (BufferedReader output = saver.inputReader()) {
            List<String> lines = output.readAllLines();
            assertThat(lines).hasSize(4).startsWith("saved 0", "saved 1", "saved 2");
            assertThat(lines.getLast()).startsWith("failed The checkpoint of step 3 was not saved")
                    .contains("model.safetensors").contains("Older checkpoints are unchanged");
        } finally {
            saver.destroyForcibly().waitFor();
        }
        assertThat(reader().steps()).containsExactly(2L, 1L);
        try (Checkpoint newest = reader().newestGood().orElseThrow(); var children = Files.list(folder)) {
            assertThat(CheckpointSamples.distinctValues(newest)).containsExactly(2f);
            assertThat(children.filter(child -> child.toString().contains(".tmp"))).isEmpty();
        }
    }

    private CheckpointFolder reader() { return new CheckpointFolder(folder, CheckpointSamples.NO_WARNING); }

    private static long step(String line) {
        assertThat(line).matches("saved [0-9]+");
        return Long.parseLong(line.substring("saved ".length()));
    }

    private List<String> command(long large) {
        return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData", "--enable-native-access=ALL-UNNAMED",
                "-cp", System.getProperty("java.class.path"), CheckpointKilledSaver.class.getName(), folder.toString(),
                Long.toString(large));
    }
}
