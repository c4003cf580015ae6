package dev.hone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hone.train.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ctrl-C and SIGTERM in the middle of a run: a checkpoint, the way on, and nothing lost. */
class SftSignalTest {
    private static final long NEVER_REACHED = 10_000_000;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    void theRunEndsAfterItsStepWithACheckpointAndGoesOnBitForBit(String signal, int code) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "no POSIX system");
        Runs runs = Runs.in(folder);
        Path out = folder.resolve("stopped");
        try (HoneProcess hone = HoneProcess.start(heedful(), folder.resolve("log"), runs.words(out, NEVER_REACHED))) {
            hone.await(() -> rows(out.resolve("metrics.jsonl")) >= 3);
            hone.signal(signal);
            assertThat(hone.exitCode()).as(hone.log()).isEqualTo(code);
            assertThat(hone.log()).contains("SIG" + signal + ": ending after this step with a checkpoint", "--resume")
                    .doesNotContain("    at ");
            long step = stopped(hone.log());
            try (Checkpoint checkpoint = Checkpoint.open(out.resolve("checkpoint-" + step))) {
                assertThat(checkpoint.state().step()).isEqualTo(step).isGreaterThanOrEqualTo(3);
            }
            assertThat(rows(out.resolve("metrics.jsonl"))).isEqualTo(step);
            assertThat(out.resolve("model")).doesNotExist();
            runs.run(out, step + 3, "--resume");
            runs.run(folder.resolve("whole"), step + 3);
        }
        assertThat(Runs.weights(out.resolve("model"))).isEqualTo(Runs.weights(folder.resolve("whole/model")));
    }

    private static long stopped(String log) {
        Matcher matcher = Pattern.compile("stopped after step (\\d+)").matcher(log);
        assertThat(matcher.find()).as(log).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    private static long rows(Path metrics) {
        try {
            return Files.exists(metrics) ? Files.readString(metrics).lines().count() : 0;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Builds that run in the background of a shell hand down a SIGINT that is ignored. */
    private static List<String> heedful() throws Exception {
        List<String> env = List.of("env", "--default-signal=INT,TERM");
        Process works = new ProcessBuilder("sh", "-c", String.join(" ", env) + " true 2>/dev/null").start();
        return works.waitFor() == 0 ? env : List.of();
    }
}
