package dev.hone.train;

import java.io.PrintStream;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Hands every record to several sinks and keeps their failures from the training loop. */
final class CompositeSink implements MetricSink {
    private final List<MetricSink> sinks;
    private final PrintStream warnings;
    private final Map<MetricSink, Boolean> warned = new IdentityHashMap<>();

    CompositeSink(List<MetricSink> sinks, PrintStream warnings) {
        this.sinks = List.copyOf(sinks);
        this.warnings = warnings;
    }

    @Override
    public void record(long step, Map<String, Double> values) { each(sink -> sink.record(step, values)); }

    @Override
    public void text(long step, String tag, String text) { each(sink -> sink.text(step, tag, text)); }

    @Override
    public void close() { each(MetricSink::close); }

    private void each(Consumer<MetricSink> call) {
        for (MetricSink sink : sinks) {
            try {
                call.accept(sink);
            } catch (RuntimeException failure) {
                warnOnce(sink, failure);
            }
        }
    }

    private void warnOnce(MetricSink sink, RuntimeException failure) {
        if (warned.put(sink, true) == null) {
            String reason = failure.getMessage() == null ? failure.toString() : failure.getMessage();
            warnings.println(
                    "warning: " + sink.getClass().getSimpleName() + " failed, the run goes on without it: " + reason);
        }
    }
}
