package dev.hone.train;

import java.util.LinkedHashMap;
import java.util.Map;

/** The loss on held-out rows, without gradients, dropout or noise. */
public final class Evaluator<R extends StepRow> {
    private final Pass<R> pass;
    private final Batch<R> rows;

    public Evaluator(Pass<R> pass, Batch<R> rows) {
        this.pass = pass;
        this.rows = rows;
    }

    /**
     * An evaluation.
     *
     * @param loss mean over the held-out rows or their tokens, as the objective counts
     * @param metrics the loss and what goes with it, under TRL's names
     */
    public record Result(double loss, Map<String, Double> metrics) {}

    /** {@code eval_loss} and what goes with it. */
    public Result evaluate() {
        long begun = System.nanoTime();
        Pass.Result result = pass.evaluate(rows);
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("eval_loss", result.loss());
        pass.derived(result.loss()).forEach((name, value) -> metrics.put("eval_" + name, value));
        result.metrics().reported().forEach((name, value) -> metrics.put("eval_" + name, value));
        metrics.put("eval_runtime", (System.nanoTime() - begun) / 1e9);
        return new Result(result.loss(), metrics);
    }
}
