package dev.hone.train;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * How the learning rate moves, under transformers' names.
 *
 * @param lrSchedulerType shape
 * @param warmupSteps steps of the rise from 0; a number below 1 is a share of all steps, rounded up
 * @param warmupRatio share of all steps, rounded up, used when {@code warmupSteps} is 0
 * @param lrSchedulerKwargs options of the shape: {@code num_cycles} (cosine, cosine_with_restarts, cosine_with_min_lr),
 *     {@code min_lr} or {@code min_lr_rate} (cosine_with_min_lr), {@code lr_end} and
 *     {@code power} (polynomial), {@code timescale} (inverse_sqrt), {@code num_decay_steps}, {@code num_stable_steps},
 *     {@code min_lr_ratio}, {@code warmup_type} and {@code decay_type} (warmup_stable_decay)
 */
public record ScheduleSettings(ScheduleKind lrSchedulerType, double warmupSteps, double warmupRatio,
        Map<String, Object> lrSchedulerKwargs) {
    /** transformers' defaults: linear without warm-up. */
    public static final ScheduleSettings DEFAULTS = new ScheduleSettings(ScheduleKind.LINEAR, 0, 0, Map.of());

    /**
     * @throws IllegalArgumentException for a number out of range, and for options that the shape does not have
     */
    public ScheduleSettings {
        lrSchedulerKwargs = Map.copyOf(lrSchedulerKwargs);
        Require.atLeastZero("warmup_steps", warmupSteps);
        Require.that(warmupSteps < 1 || warmupSteps == Math.rint(warmupSteps), "warmup_steps", warmupSteps,
                "a whole number, or a share of all steps below 1");
        Require.within("warmup_ratio", warmupRatio, 0, Math.nextUp(1.0));
        Set<String> known = options(lrSchedulerType);
        Set<String> unknown = new TreeSet<>(lrSchedulerKwargs.keySet());
        unknown.removeAll(known);
        Require.that(unknown.isEmpty(), "lr_scheduler_kwargs of " + lrSchedulerType.key(), unknown,
                known.isEmpty() ? "none" : "only " + String.join(", ", known));
    }

    private static Set<String> options(ScheduleKind kind) {
        String names = switch (kind) {
            case CONSTANT, CONSTANT_WITH_WARMUP, LINEAR -> "";
            case COSINE, COSINE_WITH_RESTARTS -> "num_cycles";
            case COSINE_WITH_MIN_LR -> "num_cycles min_lr min_lr_rate";
            case POLYNOMIAL -> "lr_end power";
            case INVERSE_SQRT -> "timescale";
            case WARMUP_STABLE_DECAY -> "num_decay_steps num_stable_steps min_lr_ratio warmup_type decay_type";
        };
        return names.isEmpty() ? Set.of() : new LinkedHashSet<>(Arrays.asList(names.split(" ")));
    }

    /** Steps of warm-up in a run of {@code total} steps. */
    public long warmup(long total) {
        if (warmupSteps >= 1) {
            return (long) warmupSteps;
        }
        return (long) Math.ceil(total * (warmupSteps > 0 ? warmupSteps : warmupRatio));
    }

    /**
     * The schedule of a run.
     *
     * @param total steps of the run
     * @param learningRate the peak, against which {@code min_lr} and {@code lr_end} are measured
     * @throws IllegalArgumentException for options out of range, missing or of the wrong type
     */
    public Schedule create(long total, double learningRate) {
        long warmup = warmup(total);
        return switch (lrSchedulerType) {
            case CONSTANT -> new Schedule.Constant();
            case CONSTANT_WITH_WARMUP -> new Schedule.ConstantWithWarmup(warmup);
            case LINEAR -> new Schedule.Linear(warmup, total);
            case COSINE -> new Schedule.Cosine(warmup, total, number("num_cycles", 0.5), 0);
            case COSINE_WITH_RESTARTS ->
                new Schedule.CosineWithRestarts(warmup, total, Math.toIntExact(whole("num_cycles", 1)));
            case COSINE_WITH_MIN_LR ->
                new Schedule.Cosine(warmup, total, number("num_cycles", 0.5), leastShare(learningRate));
            case POLYNOMIAL ->
                new Schedule.Polynomial(warmup, total, number("lr_end", 1e-7) / learningRate, number("power", 1));
            case INVERSE_SQRT ->
                new Schedule.InverseSqrt(warmup, whole("timescale", warmup == 0 ? 10_000 : warmup));
            case WARMUP_STABLE_DECAY -> warmupStableDecay(warmup, total);
        };
    }

    private Schedule warmupStableDecay(long warmup, long total) {
        Require.that(lrSchedulerKwargs.containsKey("num_decay_steps"), "num_decay_steps of warmup_stable_decay",
                "missing", "a whole number, in lr_scheduler_kwargs");
        long decay = whole("num_decay_steps", 0);
        return new Schedule.WarmupStableDecay(warmup, whole("num_stable_steps", total - warmup - decay), decay,
                number("min_lr_ratio", 0), shape("warmup_type", Schedule.Shape.LINEAR),
                shape("decay_type", Schedule.Shape.COSINE));
    }

    private double leastShare(double learningRate) {
        boolean absolute = lrSchedulerKwargs.containsKey("min_lr");
        Require.that(absolute != lrSchedulerKwargs.containsKey("min_lr_rate"), "lr_scheduler_kwargs",
                lrSchedulerKwargs.keySet(), "one of min_lr and min_lr_rate");
        return absolute ? number("min_lr", 0) / learningRate : number("min_lr_rate", 0);
    }

    private double number(String option, double otherwise) {
        Object value = lrSchedulerKwargs.getOrDefault(option, otherwise);
        Require.that(value instanceof Number, "lr_scheduler_kwargs." + option, value, "a number");
        return ((Number) value).doubleValue();
    }

    private long whole(String option, long otherwise) {
        double value = number(option, otherwise);
        Require.that(value == Math.rint(value) && Math.abs(value) < 1L << 53, "lr_scheduler_kwargs." + option, value,
                "a whole number");
        return (long) value;
    }

    private Schedule.Shape shape(String option, Schedule.Shape otherwise) {
        Object value = lrSchedulerKwargs.get(option);
        if (value == null) {
            return otherwise;
        }
        return switch (String.valueOf(value)) {
            case "linear" -> Schedule.Shape.LINEAR;
            case "cosine" -> Schedule.Shape.COSINE;
            case "1-sqrt" -> Schedule.Shape.ONE_MINUS_SQRT;
            default -> throw new IllegalArgumentException("lr_scheduler_kwargs." + option + " is '" + value
                    + "', expected linear, cosine or 1-sqrt");
        };
    }
}
