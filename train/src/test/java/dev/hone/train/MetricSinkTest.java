package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricSinkTest {
    private final ByteArrayOutputStream warnings = new ByteArrayOutputStream();

    private final List<String> calls = new ArrayList<>();

    private MetricSink noting() {
        return new MetricSink() {
            @Override
            public void record(long step, Map<String, Double> values) { calls.add(step + values.toString()); }

            @Override
            public void text(long step, String tag, String text) { calls.add(step + tag + text); }

            @Override
            public void close() { calls.add("closed"); }
        };
    }

    private static MetricSink failing() {
        return new MetricSink() {
            @Override
            public void record(long step, Map<String, Double> values) {
                throw new IllegalStateException("record " + step);
            }

            @Override
            public void close() { throw new IllegalStateException("close"); }
        };
    }

    private MetricSink all(MetricSink... sinks) {
        return new CompositeSink(List.of(sinks), new PrintStream(warnings, true, StandardCharsets.UTF_8));
    }

    @Test
    void everySinkGetsEveryCallInOrder() {
        try (MetricSink sink = all(noting(), noting())) {
            sink.record(1, Map.of("loss", 2.0));
            sink.text(1, "sample", "hello");
        }
        assertThat(calls).containsExactly("1{loss=2.0}", "1{loss=2.0}", "1samplehello", "1samplehello", "closed",
                "closed");
        assertThat(warnings.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void aFailingSinkNeitherStopsTheRunNorTheOtherSinksAndIsToldOnce() {
        try (MetricSink sink = all(failing(), noting(), failing())) {
            sink.record(1, Map.of("loss", 2.0));
            sink.record(2, Map.of("loss", 1.5));
            sink.text(2, "sample", "no place for it in the failing ones");
        }
        assertThat(calls).hasSize(4).startsWith("1{loss=2.0}", "2{loss=1.5}").endsWith("closed");
        assertThat(warnings.toString(StandardCharsets.UTF_8).lines()).hasSize(2)
                .allMatch(line -> line.endsWith("record 1"));
    }

    @Test
    void aFullDiskSaysWhatToDo() {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.isWritable(full));
        try (AppendFile file = AppendFile.open(full)) {
            assertThatThrownBy(() -> file.append(new byte[4])).isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("/dev/full").hasMessageContaining("No space left")
                    .hasMessageContaining("free some space");
        }
    }
}
