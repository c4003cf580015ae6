package dev.hone.train;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How a run ended.
 *
 * @param end why
 * @param steps optimizer steps done
 * @param model folder of the saved model
 * @param report the page about the run
 * @param metrics the last value of each metric
 * @param samples what the model wrote before and after
 */
public record RunSummary(RunLoop.End end, long steps, Path model, Path report, Map<String, Double> metrics,
        List<BeforeAfter> samples) {
    public RunSummary {
        samples = List.copyOf(samples);
    }
}
