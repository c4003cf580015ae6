package dev.hone.train;

import dev.hone.tensor.Parameter;
import dev.hone.tensor.Randomness;
import dev.hone.text.Packed;
import java.util.List;
import java.util.Optional;

/**
 * The one trainer: a source gives a batch, the model gives log-probabilities, the objective gives a loss, the optimizer makes
 * a step. Everything else that happens in a run (evaluation, checkpoints, metrics) listens.
 */
public final class Trainer {
    private final List<Parameter> parameters;
    private final Pass pass;
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

    public Trainer(List<Parameter> parameters, Pass pass, Optimizer optimizer, Plan plan) {
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
    public void resumeAt(long steps, long tokens) {
        stepsDone = steps;
        tokensSeen = tokens;
    }

    /**
     * What a step came to.
     *
     * @param report what it showed
     * @param skipped why no step was taken, when the loss or the gradient was not finite
     */
    public record Outcome(StepReport report, Optional<String> skipped) {}

    /**
     * One optimizer step. When the loss or the gradient is not finite, the weights stay as they are.
     *
     * @throws NonFiniteException after too many of those in a row
     */
    public Outcome step(Batch batch) {
        long begun = System.nanoTime();
        double rate = plan.learningRate() * plan.schedule().factor(stepsDone);
        double lossTokens = batch.lossTokens();
        Pass.Totals totals = Pass.Totals.ZERO;
        for (int i = 0; i < batch.microbatches().size(); i++) {
            Packed microbatch = batch.microbatches().get(i);
            totals = totals.plus(pass.train(microbatch, lossTokens, Randomness.of(plan.seed(), stepsDone, i)));
        }
        double norm = GradientClip.norm(parameters);
        boolean finite = Double.isFinite(totals.loss()) && Double.isFinite(norm);
        if (finite) {
            optimizer.step(rate, GradientClip.factor(norm, plan.maxGradientNorm()));
        }
        parameters.forEach(Parameter::clearGradient);
        stepsDone++;
        tokensSeen += batch.tokens();
        StepReport report = new StepReport(stepsDone, batch.epoch(), totals.loss(), norm, rate,
                totals.entropy() / lossTokens,
                totals.correct() / lossTokens, batch.tokens(), (System.nanoTime() - begun) / 1e9);
        skippedInARow = finite ? 0 : skippedInARow + 1;
        return new Outcome(report, finite ? Optional.empty() : Optional.of(skipped(report, batch)));
    }

    private String skipped(StepReport report, Batch batch) {
        String what = "step " + report.step() + ": loss " + report.loss() + ", gradient norm " + report.gradientNorm()
                + "; no step was taken. Rows: " + String.join(", ", batch.rows());
        if (skippedInARow < plan.maxSkipped()) {
            return what;
        }
        throw new NonFiniteException(skippedInARow + " steps in a row were not finite, expected fewer than "
                + plan.maxSkipped() + ". Last, " + what
                + ". Lower learning_rate, look at those rows, or train in dtype fp32;"
                + " what was learned before is intact.");
    }
}
