package dev.hone.train;

import dev.hone.objective.MetricTotals;
import dev.hone.objective.Need;
import dev.hone.objective.Objective;
import dev.hone.objective.RunningMoments;
import dev.hone.objective.Signals;
import dev.hone.objective.StepTotals;
import dev.hone.objective.UnpairedObjective;
import dev.hone.objective.UnpairedSignals;
import dev.hone.tensor.Randomness;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * The pass of an objective that looks at whole answers: forward, signals, loss, and the derivatives of the loss go back into
 * the model. An objective that compares all rows of a step gets them all: where they do not go through the model together,
 * each micro-batch runs forward twice, first to see the step whole, then to learn from it.
 */
final class SignalPass<R extends StepRow, S extends Signals> implements Pass<R> {
    private static final String HISTORY = "reward_moments";

    private final Signaller<R, S> signaller;
    private final Objective<S> objective;
    private final ChosenAlarm alarm = new ChosenAlarm();
    private RunningMoments history = RunningMoments.NONE;
    private RunningMoments next = RunningMoments.NONE;

    SignalPass(Signaller<R, S> signaller, Objective<S> objective) {
        this.signaller = signaller;
        this.objective = objective;
    }

    @Override
    public Result train(Batch<R> batch, long seed, long step) {
        IntFunction<Randomness> randomness = microbatch -> Randomness.of(seed, step, microbatch);
        boolean apart = objective.needs().contains(Need.WHOLE_STEP) && batch.microbatches().size() > 1;
        return apart ? trainWhole(batch, randomness) : trainParts(batch, randomness);
    }

    private Result trainParts(Batch<R> batch, IntFunction<Randomness> randomness) {
        Result sum = new Result(0, MetricTotals.NONE);
        for (int i = 0; i < batch.microbatches().size(); i++) {
            try (Scope scope = Scope.open()) {
                Tape tape = Tape.training(randomness.apply(i));
                List<R> rows = batch.microbatches().get(i);
                Outputs outputs = signaller.outputs(tape, rows);
                Differentiated loss = differentiate(outputs, rows, batch.totals());
                outputs.give(tape, loss.leaf(), Outputs.Place.START);
                tape.run();
                sum = plus(sum, loss.result());
            }
        }
        return sum;
    }

    private Result trainWhole(Batch<R> batch, IntFunction<Randomness> randomness) {
        try (Scope whole = Scope.open()) {
            List<Outputs> parts = new ArrayList<>();
            for (int i = 0; i < batch.microbatches().size(); i++) {
                parts.add(kept(Tape.rehearsal(randomness.apply(i)), batch.microbatches().get(i)));
            }
            Differentiated loss = differentiate(Outputs.joined(parts), batch.rows(), batch.totals());
            Outputs.Place place = Outputs.Place.START;
            for (int i = 0; i < batch.microbatches().size(); i++) {
                try (Scope scope = Scope.open()) {
                    Tape tape = Tape.training(randomness.apply(i));
                    Outputs outputs = signaller.outputs(tape, batch.microbatches().get(i));
                    place = outputs.give(tape, loss.leaf(), place);
                    tape.run();
                }
            }
            return loss.result();
        }
    }

    private Outputs kept(Tape tape, List<R> rows) {
        try (Scope scope = Scope.open()) {
            Outputs outputs = signaller.outputs(tape, rows);
            outputs.recorded().forEach(recorded -> scope.keep(recorded.tensor()));
            outputs.observed().forEach(scope::keep);
            return outputs;
        }
    }

    /** @param leaf holds the gradients */
    private record Differentiated(Result result, Outputs leaf) {}

    private Differentiated differentiate(Outputs outputs, List<R> rows, StepTotals totals) {
        Outputs leaf = outputs.leaf();
        S signals = signaller.signals(leaf, rows, totals, history);
        Tensor value = objective.compute(signals).value();
        value.backward();
        Result result = new Result(value.detach().item(), read(signals, leaf, rows));
        if (objective instanceof UnpairedObjective unpaired && signals instanceof UnpairedSignals seen) {
            next = unpaired.remember(seen);
        }
        return new Differentiated(result, leaf);
    }

    private MetricTotals read(S signals, Outputs outputs, List<R> rows) {
        return objective.metrics(signals).read().plus(signaller.metrics(outputs, rows).read());
    }

    @Override
    public Result evaluate(Batch<R> batch) {
        if (!objective.needs().contains(Need.WHOLE_STEP)) {
            Result sum = new Result(0, MetricTotals.NONE);
            for (List<R> rows : batch.microbatches()) {
                try (Scope scope = Scope.open()) {
                    sum = plus(sum, evaluate(signaller.outputs(Tape.inference(), rows), rows, batch.totals()));
                }
            }
            return sum;
        }
        try (Scope whole = Scope.open()) {
            List<Outputs> parts = batch.microbatches().stream().map(rows -> kept(Tape.inference(), rows)).toList();
            return evaluate(Outputs.joined(parts), batch.rows(), batch.totals());
        }
    }

    private Result evaluate(Outputs outputs, List<R> rows, StepTotals totals) {
        Outputs real = outputs.real();
        S signals = signaller.signals(real, rows, totals, history);
        return new Result(objective.compute(signals).value().item(), read(signals, real, rows));
    }

    private static Result plus(Result left, Result right) {
        return new Result(left.loss() + right.loss(), left.metrics().plus(right.metrics()));
    }

    @Override
    public Optional<String> alarm(Map<String, Double> metrics) {
        return objective.needs().contains(Need.REFERENCE) ? alarm.after(metrics) : Optional.empty();
    }

    @Override
    public void stepped(long steps) {
        history = next; // a step that is not taken leaves no trace, which would be NaN for good
        signaller.stepped(steps);
    }

    @Override
    public Map<String, Tensor> tensors() { return signaller.tensors(); }

    @Override
    public void close() { signaller.close(); }

    @Override
    public Map<String, Object> state() {
        return Map.of(HISTORY, List.of(history.count(), history.mean(), history.squares()));
    }

    @Override
    public void restore(Map<String, Object> state) {
        if (state.get(HISTORY) instanceof List<?> numbers && numbers.size() == 3) {
            double[] values = numbers.stream().mapToDouble(number -> ((Number) number).doubleValue()).toArray();
            history = new RunningMoments(values[0], values[1], values[2]);
            next = history;
        }
    }
}
