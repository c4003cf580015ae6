package dev.hone.train;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one optimizer step showed.
 *
 * @param step how many steps are done
 * @param epoch how much of the data was seen
 * @param loss of the step's batch, before the step
 * @param gradientNorm before clipping
 * @param learningRate of this step
 * @param more what the pass tells beside the loss, by name
 * @param tokens all tokens of the batch
 * @param seconds that the step took
 */
public record StepReport(long step, double epoch, double loss, double gradientNorm, double learningRate,
        Map<String, Double> more, long tokens, double seconds) {

    /** Under the names that TRL logs. */
    public Map<String, Double> metrics(long tokensSoFar) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("loss", loss);
        metrics.put("grad_norm", gradientNorm);
        metrics.put("learning_rate", learningRate);
        metrics.putAll(more);
        metrics.put("num_tokens", (double) tokensSoFar);
        metrics.put("epoch", epoch);
        metrics.put("tokens_per_second", tokens / seconds);
        metrics.put("step_seconds", seconds);
        return metrics;
    }
}
