package dev.hone.train;

import dev.hone.tensor.Parameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The one trainer: a source gives a batch, a pass takes it through model and objective, the optimizer makes a step. Everything else that happens in a run (evaluation, checkpoints, metrics) listens.
 */
public final class Trainer<R extends StepRow> {
    private final List<Parameter> parameters;
    private final Pass<R> pass;
    private final Optimizer optimizer;
    private final Plan plan;
    private long stepsDone;
    private long tokensSeen;
    private int skippedInARow;

    /**
     * How steps are made.
     *
     * @param schedule the share of the learning rate at each step
     * @param learningRate its peak
     * @param maxGradientNorm gradients are scaled down to this norm; 0 = never
     * @param seed of dropout and noise
     * @param maxSkipped steps in a row with a loss or gradient that is not finite, after which training stops
     */
    public record Plan(Schedule schedule, double learningRate, double maxGradientNorm, long seed, int maxSkipped) {}

    public Trainer(List<Parameter> parameters, Pass<R> pass, Optimizer optimizer, Plan plan) {
        this.parameters = parameters.stream().filter(Parameter::trainable).toList();
        this.pass = pass;
        this.optimizer = optimizer;
        this.plan = plan;
    }

    /** Steps done so far, skipped ones included. */
    public long stepsDone() { return stepsDone; }

    /** Tokens that went through the model in training so far. */
    public long tokensSeen() { return tokensSeen; }

    /** Goes on where a checkpoint ended. */
    public void resumeAt(CheckpointState state) {
        stepsDone = state.step();
        tokensSeen = state.tokens();
        pass.restore(state.values());
    }

    /** Small state of the pass, for checkpoints. */
    public Map<String, Object> state() { return pass.state(); }

    /**
     * What a step came to.
     *
     * @param report what it showed
     * @param skipped why no step was taken, when the loss or the gradient was not finite
     * @param alarm what the user should hear
     */
    public record Outcome(StepReport report, Optional<String> skipped, Optional<String> alarm) {}

    /**
     * One optimizer step. When the loss or the gradient is not finite, the weights stay as they are.
     *
     * @throws NonFiniteException after too many of those in a row
     */
    public Outcome step(Batch<R> batch) {
        long begun = System.nanoTime();
        double rate = plan.learningRate() * plan.schedule().factor(stepsDone);
        Pass.Result result = pass.train(batch, plan.seed(), stepsDone);
        double norm = GradientClip.norm(parameters);
        boolean finite = Double.isFinite(result.loss()) && Double.isFinite(norm);
        if (finite) {
            optimizer.step(rate, GradientClip.factor(norm, plan.maxGradientNorm()));
        }
        parameters.forEach(Parameter::clearGradient);
        stepsDone++;
        tokensSeen += batch.tokens();
        if (finite) {
            pass.stepped(stepsDone);
        }
        Map<String, Double> told = new LinkedHashMap<>(batch.told());
        told.putAll(result.metrics().reported());
        StepReport report = new StepReport(stepsDone, batch.epoch(), result.loss(), norm, rate, told, batch.tokens(),
                (System.nanoTime() - begun) / 1e9);
        skippedInARow = finite ? 0 : skippedInARow + 1;
        return new Outcome(report, finite ? Optional.empty() : Optional.of(skipped(report, batch)),
                pass.alarm(report.more()));
    }

    private String skipped(StepReport report, Batch<R> batch) {
        String what = "step " + report.step() + ": loss " + report.loss() + ", gradient norm " + report.gradientNorm()
                + "; no step was taken. Rows: " + String.join(", ", batch.names());
        if (skippedInARow < plan.maxSkipped()) {
            return what;
        }
        throw new NonFiniteException(skippedInARow + " steps in a row were not finite, expected fewer than "
                + plan.maxSkipped() + ". Last, " + what
                + ". Lower learning_rate, look at those rows, or train in dtype fp32;"
                + " what was learned before is intact.");
    }
}
