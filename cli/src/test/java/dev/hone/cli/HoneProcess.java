package dev.hone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** {@code hone} as a process of its own, so that it can be signalled and limited as a user's is; killed when closed. */
final class HoneProcess implements AutoCloseable {
    /** Far more than anything here takes: a limit for what hangs, not a measure. */
    private static final long CEILING_SECONDS = 240;

    private final Process process;
    private final Path log;

    private HoneProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts it.
     *
     * @param before words of a command that runs the words that follow
     * @param log takes what it prints
     */
    static HoneProcess start(List<String> before, Path log, List<String> args) throws IOException {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC",
                "-XX:-UsePerfData", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
                "--add-modules=jdk.incubator.vector", "-cp", System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(args);
        return new HoneProcess(new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile())
                .start(), log);
    }

    /** Waits until something holds; fails when the process ends before. */
    void await(BooleanSupplier condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(CEILING_SECONDS);
        while (!condition.getAsBoolean()) {
            assertThat(process.isAlive()).as("still running; it printed: %s", log()).isTrue();
            assertThat(System.nanoTime()).as("waited in vain; it printed: %s", log()).isLessThan(end);
            Thread.sleep(20);
        }
    }

    void signal(String name) throws Exception {
        Process kill = new ProcessBuilder("kill", "-s", name, Long.toString(process.pid())).inheritIO().start();
        assertThat(kill.waitFor()).isZero();
    }

    int exitCode() throws Exception {
        assertThat(process.waitFor(CEILING_SECONDS, TimeUnit.SECONDS)).as("ended; it printed: %s", log()).isTrue();
        return process.exitValue();
    }

    String log() throws IOException { return Files.readString(log); }

    @Override
    public void close() throws InterruptedException { process.destroyForcibly().waitFor(); }
}
