package dev.hone.train;

import dev.hone.model.ActorCritic;
import dev.hone.model.HiddenOptions;
import dev.hone.objective.Loss;
import dev.hone.objective.MetricTotals;
import dev.hone.objective.TrustRegion;
import dev.hone.objective.TrustRegionObjective;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * A pass that makes the policy's step itself, once a generation, by a search inside of a bound; the optimizer sees only the
 * gradients of the critics, and further steps of a generation are theirs. Products with the second derivative of the distance
 * are differences of its exact gradient on both sides: (∇D(θ + εv) − ∇D(θ − εv))/2ε.
 */
final class TrustPass implements Pass<RolloutRow> {
    /** Length of εv: far enough for float32, near enough for a straight line. */
    private static final double REACH = 1e-2;

    private final Flat policy;
    private final Pass<RolloutRow> surrogate;
    private final Pass<RolloutRow> distance;
    private final Pass<RolloutRow> values;
    private final TrustRegion region;
    private final long steps;

    /** @param steps that one generation serves */
    TrustPass(ActorCritic model, HiddenOptions options, RolloutSignaller.Reading reading,
            TrustRegionObjective objective, long steps) {
        this.policy = new Flat(model.policy().parameters());
        ActorCritic alone = new ActorCritic(model.policy(), List.of()); // the search asks no critic
        RolloutSignaller signaller = new RolloutSignaller(alone, options, reading);
        this.surrogate = new SignalPass<>(signaller, objective);
        this.distance = new SignalPass<>(signaller, signals -> new Loss(objective.divergence(signals)));
        this.values = new SignalPass<>(new RolloutSignaller(model, options, reading),
                signals -> new Loss(signals.valueError()));
        this.region = objective.region();
        this.steps = steps;
    }

    @Override
    public Result train(Batch<RolloutRow> batch, long seed, long step) {
        MetricTotals metrics = MetricTotals.NONE;
        double loss = 0;
        if (step % steps == 0) {
            Result found = surrogate.train(batch, seed, step);
            loss = found.loss();
            metrics = found.metrics().plus(move(batch, seed, step, loss));
        }
        Result told = values.train(batch, seed, step);
        policy.clear();
        return new Result(loss + told.loss(),
                metrics.plus(MetricTotals.mean("loss/value_avg", told.loss(), 1)));
    }

    private MetricTotals move(Batch<RolloutRow> batch, long seed, long step, double loss) {
        try (Scope scope = Scope.open()) {
            Search search = new Search(batch, seed, step, policy.gradient(), policy.values());
            policy.clear();
            Optional<Tensor> found = region.step(search, loss);
            found.ifPresent(each -> policy.set(search.start.add(each)));
            double reached = found.isPresent() ? distance.evaluate(batch).loss() : 0;
            return MetricTotals.mean("policy/step_taken", found.isPresent() ? 1 : 0, 1)
                    .plus(MetricTotals.mean("policy/step_kl", reached, 1));
        }
    }

    /** Looks around from where the policy is. */
    private final class Search implements TrustRegion.Problem {
        private final Batch<RolloutRow> batch;
        private final long seed;
        private final long step;
        private final Tensor gradient;
        private final Tensor start;

        Search(Batch<RolloutRow> batch, long seed, long step, Tensor gradient, Tensor start) {
            this.batch = batch;
            this.seed = seed;
            this.step = step;
            this.gradient = gradient;
            this.start = start;
        }

        @Override
        public Tensor gradient() { return gradient; }

        @Override
        public Tensor fisher(Tensor vector) {
            double length = Math.sqrt(vector.square().sum().item());
            if (!(length > 0)) {
                return vector.mul(0);
            }
            double reach = REACH / length;
            Tensor ahead = slope(start.add(vector.mul(reach)));
            Tensor behind = slope(start.sub(vector.mul(reach)));
            policy.set(start);
            return ahead.sub(behind).mul(1 / (2 * reach));
        }

        private Tensor slope(Tensor place) {
            policy.set(place);
            distance.train(batch, seed, step);
            Tensor slope = policy.gradient();
            policy.clear();
            return slope;
        }

        @Override
        public TrustRegion.Trial at(Tensor move) {
            try (Scope scope = Scope.open()) {
                policy.set(start.add(move));
                TrustRegion.Trial trial = new TrustRegion.Trial(surrogate.evaluate(batch).loss(),
                        distance.evaluate(batch).loss());
                policy.set(start);
                return trial;
            }
        }
    }

    @Override
    public Result evaluate(Batch<RolloutRow> batch) { return surrogate.evaluate(batch); }

    @Override
    public void close() { surrogate.close(); }
}
