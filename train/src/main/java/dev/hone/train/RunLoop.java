package dev.hone.train;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** The steps of a run and what happens between them: metrics, evaluation, checkpoints, an early or requested end. */
public final class RunLoop<R extends StepRow> {
    private static final String SOURCE = "source";
    private static final String PHASES = "phases";
    private static final String PATIENCE_USED = "evaluations_without_gain";

    private final Trainer<R> trainer;
    private final BatchSource<R> source;
    private final Watch watch;
    private final RunSettings settings;
    private OptionalDouble best = OptionalDouble.empty();
    private long withoutGain;
    private final List<String> warnings = new ArrayList<>();
    private final Phases phases = new Phases();
    private double epoch;

    /**
     * What looks at a run.
     *
     * @param evaluator the held-out rows, if there are any
     * @param checkpointing where the run is kept
     * @param metrics every row of metrics
     * @param progress every step, and messages
     * @param stop whether the run shall end after this step
     */
    public record Watch(Optional<Evaluation> evaluator, Checkpointing checkpointing,
            MetricSink metrics,
            ProgressLine progress,
            BooleanSupplier stop) {}

    /** Why a run ended. */
    public enum End {
        FINISHED, EARLY_STOPPED, INTERRUPTED,
        /** It went too far, and ended with the weights of its last good checkpoint. */
        ROLLED_BACK
    }

    public RunLoop(Trainer<R> trainer, BatchSource<R> source, Watch watch, RunSettings settings) {
        this.trainer = trainer;
        this.source = source;
        this.watch = watch;
        this.settings = settings;
    }

    /** Goes on where a checkpoint ended. */
    public void resume(CheckpointState state) {
        trainer.resumeAt(state);
        best = state.bestMetric();
        withoutGain = state.value(PATIENCE_USED, Long.class);
        epoch = state.epoch();
        if (state.values().get(PHASES) instanceof Map<?, ?> kept) {
            phases.restore(kept);
        }
        if (state.values().get(SOURCE) instanceof Map<?, ?> kept) {
            source.restore(kept.entrySet().stream()
                    .collect(Collectors.toMap(entry -> String.valueOf(entry.getKey()), Map.Entry::getValue)));
        }
    }

    /** What the user was warned of on the way. */
    public List<String> warnings() { return List.copyOf(warnings); }

    /** The shares of rollouts, rewards, experience and optimisation in the time of all steps; none where steps are one phase. */
    Map<String, Double> phases() {
        return phases.shares();
    }

    /** The best {@code eval_loss} so far. */
    public OptionalDouble best() { return best; }

    /** Steps until {@code total}, or until something ends the run; the last state is in a checkpoint when it returns. */
    public End run(long total) {
        if (trainer.mayRefuse() && trainer.stepsDone() == 0) {
            save(0, OptionalDouble.empty(), false);
        }
        while (trainer.stepsDone() < total) {
            Batch<R> batch = source.batch(trainer.stepsDone());
            Optional<Pass.Refusal> refusal = trainer.refuses(batch);
            if (refusal.isPresent()) {
                rollBack(refusal.get());
                return End.ROLLED_BACK;
            }
            Trainer.Outcome outcome = trainer.step(batch);
            epoch = outcome.report().epoch();
            tell(outcome, total);
            long step = trainer.stepsDone();
            OptionalDouble evaluated = evaluatesAt(step, total) ? evaluate(step) : OptionalDouble.empty();
            boolean exhausted = settings.earlyStoppingPatience() > 0 && withoutGain >= settings.earlyStoppingPatience();
            boolean stopped = watch.stop().getAsBoolean();
            boolean isBest = evaluated.isPresent() && evaluated.equals(best);
            boolean due = settings.saveSteps() > 0 && step % settings.saveSteps() == 0;
            if (due || isBest || exhausted || stopped || step == total) {
                save(step, evaluated, stopped || exhausted || step == total);
            }
            if (stopped || exhausted) {
                watch.checkpointing().awaitIdle();
                return stopped ? End.INTERRUPTED : End.EARLY_STOPPED;
            }
        }
        watch.checkpointing().awaitIdle();
        return End.FINISHED;
    }

    private void rollBack(Pass.Refusal refusal) {
        CheckpointState state = watch.checkpointing().rollBack(refusal.lastGood());
        trainer.resumeAt(state);
        String back = state.step() <= refusal.lastGood()
                ? "back to the weights after step " + state.step() + ", which were near"
                : "back to the oldest weights that are kept, those after step " + state.step()
                        + ", which nobody has measured: raise save_total_limit";
        String told = "the run ends: " + refusal.reason() + "; " + back;
        warnings.add(told);
        watch.progress().message(told);
    }

    private void tell(Trainer.Outcome outcome, long total) {
        StepReport report = outcome.report();
        outcome.skipped().ifPresent(watch.progress()::message);
        outcome.alarm().ifPresent(alarm -> {
            warnings.add(alarm);
            watch.progress().message(alarm);
        });
        Map<String, Double> metrics = report.metrics(trainer.tokensSeen());
        watch.progress().record(report.step(), metrics);
        phases.add(metrics);
        boolean due = report.step() % settings.loggingSteps() == 0 || report.step() == 1 || report.step() == total;
        if (due || outcome.skipped().isPresent()) {
            watch.metrics().record(report.step(), metrics);
        }
    }

    private boolean evaluatesAt(long step, long total) {
        long every = settings.evalSteps() > 0 ? settings.evalSteps() : source.stepsPerEpoch();
        return watch.evaluator().isPresent() && (step % every == 0 || step == total);
    }

    private OptionalDouble evaluate(long step) {
        Evaluation.Result result = trainer.evaluating(() -> watch.evaluator().orElseThrow().evaluate());
        watch.metrics().record(step, result.metrics());
        watch.progress().record(step, result.metrics());
        double loss = result.loss();
        boolean better = best.isEmpty() || loss < best.getAsDouble() - settings.earlyStoppingThreshold();
        withoutGain = better ? 0 : withoutGain + 1;
        if (better && Double.isFinite(loss)) {
            best = OptionalDouble.of(loss);
        }
        return OptionalDouble.of(loss);
    }

    private void save(long step, OptionalDouble evaluated, boolean last) {
        Map<String, Object> values = new HashMap<>(trainer.state());
        values.put(PATIENCE_USED, withoutGain);
        values.put(SOURCE, source.state(step));
        values.put(PHASES, phases.state());
        CheckpointState state = new CheckpointState(step, trainer.tokensSeen(), epoch, evaluated, best, values);
        Runnable save = last
                ? () -> watch.checkpointing().saveLast(state)
                : () -> watch.checkpointing().save(state);
        try {
            save.run();
        } catch (CheckpointException lastOneFailed) {
            // the disk may have room again: what was learned counts more than one missed checkpoint
            watch.progress().message("warning: " + lastOneFailed.getMessage() + " Training goes on.");
            save.run();
        }
    }
}
