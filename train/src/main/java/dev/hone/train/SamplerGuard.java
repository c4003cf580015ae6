package dev.hone.train;

import dev.hone.model.ModelException;
import dev.hone.tensor.DType;
import dev.hone.tensor.Tensor;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Compares what the sampler drew with what the trainer reads, before the first step: where they differ, ratios and distances
 * are wrong from the beginning, and nothing that is learned can be trusted.
 */
final class SamplerGuard implements Pass<RolloutRow> {
    static final String DIFFERENCE = "sampling/sampling_logp_difference/mean";
    private static final double WIDE = 1e-3;
    private static final double NARROW = 0.1;

    private final Pass<RolloutRow> pass;
    private final double bound;

    /** @param dtype of forward and backward, which decides how near both must be: mean |Δ log π|, nats */
    SamplerGuard(Pass<RolloutRow> pass, DType dtype) {
        this.pass = pass;
        this.bound = dtype == DType.FLOAT32 || dtype == DType.FLOAT64 ? WIDE : NARROW;
    }

    @Override
    public Result train(Batch<RolloutRow> batch, long seed, long step) {
        Result result = pass.train(batch, seed, step);
        if (step == 0) {
            Map<String, Double> told = new HashMap<>(batch.told());
            told.putAll(result.metrics().reported());
            double gap = told.getOrDefault(DIFFERENCE, 0.0);
            if (gap > bound) {
                throw new ModelException(String.format(Locale.ROOT, "the sampler's log-probs differ from the trainer's"
                        + " by %.3g nats a token before the first step, expected at most %.3g: generation and training"
                        + " do not see the same distribution. Try dtype fp32, without top_k, top_p and min_p; where it"
                        + " stays, this is a mistake of Hone's, please report it", gap, bound));
            }
        }
        return result;
    }

    @Override
    public Result evaluate(Batch<RolloutRow> batch) { return pass.evaluate(batch); }

    @Override
    public Map<String, Double> derived(double loss) { return pass.derived(loss); }

    @Override
    public Optional<String> alarm(Map<String, Double> metrics) { return pass.alarm(metrics); }

    @Override
    public void stepped(long steps) { pass.stepped(steps); }

    @Override
    public Map<String, Object> state() { return pass.state(); }

    @Override
    public Map<String, Tensor> tensors() { return pass.tensors(); }

    @Override
    public void restore(Map<String, Object> state) { pass.restore(state); }

    @Override
    public void close() { pass.close(); }
}
