package dev.hone.architecture;

import dev.hone.objective.ClassSignals;
import dev.hone.objective.CompletionSignals;
import dev.hone.objective.CostSignals;
import dev.hone.objective.IlqlSignals;
import dev.hone.objective.MetricTotals;
import dev.hone.objective.Objective;
import dev.hone.objective.PairSignals;
import dev.hone.objective.RankedSignals;
import dev.hone.objective.RolloutSignals;
import dev.hone.objective.RunningMoments;
import dev.hone.objective.ScorePairSignals;
import dev.hone.objective.Signals;
import dev.hone.objective.StepTotals;
import dev.hone.objective.TargetSignals;
import dev.hone.objective.TokenScoreSignals;
import dev.hone.objective.TokenSignals;
import dev.hone.objective.UnpairedSignals;
import dev.hone.objective.XpoSignals;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The names under which an objective reports, read from what it reports about two rows. */
final class ObjectiveMetrics {
    private static final StepTotals TOTALS = new StepTotals(2, 4);

    private ObjectiveMetrics() {}

    static List<String> of(Objective<?> objective) {
        try (Scope scope = Scope.open()) {
            return List.copyOf(report(objective).reported().keySet());
        }
    }

    /** What the objective is computed from. */
    static Class<?> signals(Class<?> objective) {
        return Arrays.stream(objective.getMethods())
                .filter(method -> method.getName().equals("compute") && !method.isBridge()).findFirst().orElseThrow()
                .getParameterTypes()[0];
    }

    @SuppressWarnings("unchecked") // the signals are of the type that its compute takes
    private static MetricTotals report(Objective<?> objective) {
        return ((Objective<Signals>) objective).metrics(example(signals(objective.getClass()))).read();
    }

    private static Signals example(Class<?> type) {
        return switch (type.getSimpleName()) {
            case "TokenSignals" -> new TokenSignals(numbers(-1, -2), numbers(-3, -3), numbers(1, 1), 2);
            case "PairSignals" -> new PairSignals(completions(), completions(), Optional.of(completions()),
                    Optional.of(numbers(1, 2)), TOTALS);
            case "UnpairedSignals" -> new UnpairedSignals(completions(), numbers(1, 0), Optional.of(completions()),
                    Optional.of(numbers(1, 1)), RunningMoments.NONE, TOTALS);
            case "ScorePairSignals" -> new ScorePairSignals(numbers(1, 2), numbers(0, 3), Optional.empty(), TOTALS);
            case "RankedSignals" -> new RankedSignals(numbers(3, 1, 2, 0), List.of(2, 2), TOTALS);
            case "TokenScoreSignals" -> new TokenScoreSignals(numbers(1, 2), numbers(0, 3), places(0, 1), 2, TOTALS);
            case "TargetSignals" -> new TargetSignals(numbers(1, 2), numbers(1, 3), TOTALS);
            case "ClassSignals" -> new ClassSignals(Tensors.of(new double[10], 2, 5), places(0, 4), TOTALS);
            case "CostSignals" ->
                new CostSignals(numbers(-1, 1), numbers(2, 2), numbers(1, -1), numbers(-1, -1), TOTALS);
            case "RolloutSignals" -> new RolloutSignals(completions(), fours(-1), fours(1), fours(1),
                    Optional.of(fours(2)), List.of(new RolloutSignals.Critic(fours(0), fours(0), fours(1))), TOTALS,
                    4);
            case "XpoSignals" -> new XpoSignals(PairSignals.of(completions(), completions(), TOTALS), numbers(1, 0));
            case "IlqlSignals" ->
                new IlqlSignals(fours(-1), List.of(new IlqlSignals.QHead(fours(1), fours(2))), fours(1),
                        fours(0), fours(0), fours(1), fours(1), TOTALS);
            default -> throw new IllegalArgumentException(type + ": give this class an example of them");
        };
    }

    private static CompletionSignals completions() {
        return new CompletionSignals(numbers(-1, -2, -1, -3), Optional.of(numbers(-2, -2, -2, -2)), numbers(1, 1, 1, 1),
                places(0, 0, 1, 1), 2, Optional.of(numbers(-1, -1, -1, -1)));
    }

    private static Tensor fours(double value) { return numbers(value, value, value, value); }

    private static Tensor numbers(double... values) { return Tensors.of(values); }

    private static Tensor places(long... values) { return Tensors.of(values); }
}
