package dev.hone.train;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a run's metrics go.
 *
 * @param metrics files of rows
 * @param progress what a person watches
 */
record Sinks(MetricSink metrics, ProgressLine progress) implements AutoCloseable {

    static Sinks open(RunFolder folder, long resumeStep, RunSettings settings, ProgressLine progress) {
        List<MetricSink> files = new ArrayList<>(List.of(JsonlSink.open(folder.metrics(), resumeStep)));
        if (settings.tensorboard()) {
            files.add(TensorBoardSink.open(folder.tensorBoard(), resumeStep));
        }
        return new Sinks(MetricSink.all(files), progress);
    }

    @Override
    public void close() {
        progress.close();
        metrics.close();
    }
}
