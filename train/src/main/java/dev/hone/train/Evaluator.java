package dev.hone.train;

import dev.hone.text.Packed;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The loss on held-out rows, without gradients, dropout or noise. */
public final class Evaluator {
    private final Pass pass;
    private final Batch rows;

    public Evaluator(Pass pass, List<Packed> microbatches) {
        this.pass = pass;
        this.rows = new Batch(microbatches, 0, List.of());
    }

    /**
     * An evaluation.
     *
     * @param loss mean over the tokens that carry loss, nats
     * @param metrics the loss and what goes with it, under TRL's names
     */
    public record Result(double loss, Map<String, Double> metrics) {}

    /** {@code eval_loss} and what goes with it, per token that carries loss. */
    public Result evaluate() {
        long begun = System.nanoTime();
        double tokens = rows.lossTokens();
        Pass.Totals totals = Pass.Totals.ZERO;
        for (Packed microbatch : rows.microbatches()) {
            totals = totals.plus(pass.evaluate(microbatch, tokens));
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("eval_loss", totals.loss());
        metrics.put("eval_perplexity", Math.exp(totals.loss()));
        metrics.put("eval_entropy", totals.entropy() / tokens);
        metrics.put("eval_mean_token_accuracy", totals.correct() / tokens);
        metrics.put("eval_runtime", (System.nanoTime() - begun) / 1e9);
        return new Result(totals.loss(), metrics);
    }
}
