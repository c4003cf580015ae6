package dev.hone.train;

import java.util.LinkedHashMap;
import java.util.Map;

/** The loss on held-out rows, without gradients, dropout or noise. */
final class Evaluator<R extends StepRow> implements Evaluation {
    private final Pass<R> pass;
    private final Batch<R> rows;

    Evaluator(Pass<R> pass, Batch<R> rows) {
        this.pass = pass;
        this.rows = rows;
    }

    /** {@code eval_loss} and what goes with it. */
    @Override
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
