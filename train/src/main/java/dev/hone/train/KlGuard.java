package dev.hone.train;

import dev.hone.objective.MetricTotals;
import dev.hone.tensor.Parameter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Watches how far the policy goes: too far from the reference, and the run goes back to where it was near and ends; too far
 * from what wrote the answers, and they are not learned from any more.
 */
final class KlGuard extends PassAround<RolloutRow> {
    static final String DISTANCE = "objective/kl";
    static final String LEFT_OUT = "policy/left_out";
    private static final String APPROXIMATE = "policy/approxkl_avg";
    private static final String GOOD = "kl_good_step";
    private static final String ENDED = "kl_ended_generation";
    private static final double SLACK = 1.5;

    private final List<Parameter> parameters;
    private final Limits limits;
    private long good;
    private long ended = -1;

    /**
     * How far is too far.
     *
     * @param reference nats per answer from the reference; 0 = never
     * @param generation nats per token from what wrote the answers; 1.5 times that is too far; 0 = never
     * @param steps that one generation serves
     */
    record Limits(double reference, double generation, long steps) {}

    /** @param parameters whose gradients are dropped where nothing is to be learned */
    KlGuard(Pass<RolloutRow> pass, List<Parameter> parameters, Limits limits) {
        super(pass);
        this.parameters = List.copyOf(parameters);
        this.limits = limits;
    }

    @Override
    public boolean mayRefuse() { return limits.reference() > 0; }

    @Override
    public Optional<Refusal> refuses(Batch<RolloutRow> batch, long step) {
        double distance = batch.told().getOrDefault(DISTANCE, 0.0);
        if (limits.reference() == 0 || distance <= limits.reference()) {
            good = step / limits.steps() * limits.steps();
            return Optional.empty();
        }
        return Optional.of(new Refusal(String.format(Locale.ROOT,
                "after step %d the policy is %.3g nats an answer away from the reference, expected at most kl_limit"
                        + " (%.3g). Lower learning_rate, raise kl_coef, or look at rollouts.jsonl: answers far from the"
                        + " reference often please the reward alone",
                step, distance, limits.reference()), good));
    }

    @Override
    public Result train(Batch<RolloutRow> batch, long seed, long step) {
        long generation = step / limits.steps();
        if (generation == ended) {
            return new Result(0, MetricTotals.mean(LEFT_OUT, 1, 1));
        }
        Result result = super.train(batch, seed, step);
        double moved = result.metrics().reported().getOrDefault(APPROXIMATE, 0.0);
        if (limits.generation() == 0 || moved <= SLACK * limits.generation()) {
            return result;
        }
        ended = generation;
        parameters.forEach(Parameter::clearGradient);
        return new Result(result.loss(), result.metrics().plus(MetricTotals.mean(LEFT_OUT, 1, 1)));
    }

    @Override
    public Map<String, Object> state() {
        Map<String, Object> state = new HashMap<>(super.state());
        state.put(GOOD, good);
        state.put(ENDED, ended);
        return state;
    }

    @Override
    public void restore(Map<String, Object> state) {
        super.restore(state);
        if (state.containsKey(GOOD)) {
            good = (long) Kept.of(state).number(GOOD);
            ended = (long) Kept.of(state).number(ENDED);
        }
    }
}
