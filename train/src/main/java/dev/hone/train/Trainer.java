package dev.hone.train;

import dev.hone.tensor.Parameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The one trainer: a source gives a batch, a pass takes it through model and objective, the optimizer makes a step. Everything else that happens in a run (evaluation, checkpoints, metrics) listens.
 */
public final class Trainer<R extends StepRow> {
    private final List<Parameter> parameters;
    private final Pass<R> pass;
    private final Optimizer optimizer;
    private final Plan plan;
    private final Optional<StepInBackward> inBackward;
    private final Optional<LayerDraws> draws;
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
        this(parameters, pass, optimizer, plan, Optional.empty(), Optional.empty());
    }

    /**
     * @param inBackward takes the steps while backward runs; the pass tells it of complete gradients
     * @param draws chooses the layers that train
     */
    Trainer(List<Parameter> parameters, Pass<R> pass, Optimizer optimizer, Plan plan,
            Optional<StepInBackward> inBackward, Optional<LayerDraws> draws) {
        if (inBackward.isPresent() && plan.maxGradientNorm() > 0) {
            throw new IllegalArgumentException("steps inside of backward with max_grad_norm " + plan.maxGradientNorm()
                    + ", expected 0: the norm of all gradients is known only when all steps are taken");
        }
        this.parameters = List.copyOf(parameters);
        this.pass = pass;
        this.optimizer = optimizer;
        this.plan = plan;
        this.inBackward = inBackward;
        this.draws = draws;
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

    /** Whether a batch may ever be refused. */
    boolean mayRefuse() { return pass.mayRefuse(); }

    /** Why the batch of the next step must not be learned from, where that is so. */
    Optional<Pass.Refusal> refuses(Batch<R> batch) {
        return pass.refuses(batch, stepsDone);
    }

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
        draws.ifPresent(each -> each.before(stepsDone, optimizer));
        Gradients found = inBackward.map(steps -> during(steps, batch, rate)).orElseGet(() -> after(batch, rate));
        Pass.Result result = found.result();
        double norm = found.norm();
        boolean finite = found.finite();
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

    /** What a pass gave and the norm of its gradients. */
    private record Gradients(Pass.Result result, double norm) {
        boolean finite() { return Double.isFinite(result.loss()) && Double.isFinite(norm); }
    }

    private Gradients after(Batch<R> batch, double rate) {
        Pass.Result result = pass.train(batch, plan.seed(), stepsDone);
        Gradients found = new Gradients(result, GradientClip.norm(parameters));
        if (found.finite()) {
            optimizer.step(rate, GradientClip.factor(found.norm(), plan.maxGradientNorm()));
        }
        parameters.forEach(Parameter::clearGradient);
        return found;
    }

    private Gradients during(StepInBackward steps, Batch<R> batch, double rate) {
        if (batch.microbatches().size() != 1) {
            throw new IllegalArgumentException("steps inside of backward with " + batch.microbatches().size()
                    + " micro-batches, expected 1: the gradients of the first would be stepped without the others'");
        }
        steps.begin(rate);
        Pass.Result result = pass.train(batch, plan.seed(), stepsDone);
        return new Gradients(result, steps.end(parameters));
    }

    /** Runs something that looks at the model as training has made it so far. */
    <T> T evaluating(Supplier<T> body) {
        optimizer.finished(true);
        try {
            return body.get();
        } finally {
            optimizer.finished(false);
        }
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
