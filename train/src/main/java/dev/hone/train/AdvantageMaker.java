package dev.hone.train;

import dev.hone.model.ActorCritic;
import dev.hone.objective.Advantage;
import dev.hone.objective.BoundedEstimate;
import dev.hone.objective.Estimate;
import dev.hone.objective.Experience;
import dev.hone.objective.KlController;
import dev.hone.objective.KlEstimator;
import dev.hone.objective.RewardShaping;
import dev.hone.objective.RunningMoments;
import dev.hone.reward.RewardScaler;
import dev.hone.reward.Score;
import dev.hone.rollout.Rollout;
import dev.hone.rollout.StopReason;
import dev.hone.rollout.TokenSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Advantages of the answers of a generation: distance from the reference, shaped rewards, a critic's values, an estimate. */
final class AdvantageMaker implements ExperienceMaker<RolloutRow> {
    private static final String MULTIPLIER = "multiplier";
    private static final String SCALER = "scaler";
    /** TRL's names are those of the rewards as they were given, before prices and bounds. */
    private static final Map<String, String> SHAPED = Map.of("reward", "objective/rlhf_reward", "reward_std",
            "objective/rlhf_reward_std");

    private final ActorCritic model;
    private final Supplier<Optional<ReferenceModel>> reference;
    private final Method method;
    private final RolloutSettings rollouts;
    private final int microbatchTokens;
    private final boolean shares;
    private KlController kl;
    private RewardScaler scaler = RewardScaler.empty();

    /**
     * What a method makes of answers.
     *
     * @param shaping from scores to rewards
     * @param kl the price of leaving the reference, in the rewards; 0 where it is in the loss, or nowhere
     * @param advantage from rewards to advantages
     * @param referenceInLoss whether the loss reads the reference's log-probs
     * @param scales whether scores are divided by the spread of all scores so far
     * @param costs what becomes of costs, where answers have any
     */
    record Method(RewardShaping shaping, KlController kl, Advantage advantage, boolean referenceInLoss, boolean scales,
            Costs costs) {

        /** Without costs. */
        Method(RewardShaping shaping, KlController kl, Advantage advantage, boolean referenceInLoss) {
            this(shaping, kl, advantage, referenceInLoss, false, new Costs(0, Optional.empty()));
        }
    }

    /**
     * What becomes of costs.
     *
     * @param price taken off the rewards
     * @param bound weighs them by a critic of their own
     */
    record Costs(double price, Optional<CostBound> bound) {}

    /** @param reference empty where nothing reads it */
    AdvantageMaker(ActorCritic model, Supplier<Optional<ReferenceModel>> reference, Method method,
            RolloutSettings rollouts,
            int microbatchTokens) {
        this.model = model;
        this.reference = reference;
        this.method = method;
        this.rollouts = rollouts;
        this.microbatchTokens = microbatchTokens;
        this.shares = model.policy().sharesPrefixes(true);
        this.kl = method.kl();
    }

    /** One usable answer on its way to an advantage. */
    private static final class Answer {
        final int group;
        final Rollout rollout;
        final Score score;
        final double cost;
        float[] logProbs;
        float[] wholeLogProbs;
        double[] kl = new double[0];
        double distance;
        List<float[]> values = List.of();

        Answer(int group, Rollout rollout, Score score, double cost) {
            this.group = group;
            this.rollout = rollout;
            this.score = score;
            this.cost = cost;
            this.wholeLogProbs = rollout.policyLogProbs();
            this.logProbs = supports().isEmpty() ? wholeLogProbs : rollout.logProbs();
        }

        List<TokenSet> supports() { return rollout.completion().supports(); }

        boolean ended() { return rollout.stop() != StopReason.LENGTH; }
    }

    @Override
    public Made<RolloutRow> make(List<Group> all, Turn turn) {
        long begun = System.nanoTime();
        List<Group> groups = all.stream().filter(Group::usable).toList();
        if (groups.isEmpty()) {
            return new Made<>(List.of(), Map.of(), List.of());
        }
        List<List<Answer>> answers = answers(scaled(groups));
        List<RolloutRow> rows = rows(groups, answers);
        Map<String, Double> metrics = new LinkedHashMap<>();
        read(rows, answers, metrics);
        rows = referred(rows, answers);
        List<Answer> flat = answers.stream().flatMap(List::stream).toList();
        Estimates estimates = estimates(flat, metrics);
        estimates.rewards().metrics().reported()
                .forEach((name, value) -> metrics.put(SHAPED.getOrDefault(name, name), value));
        metrics.put("reward_std",
                RunningMoments.NONE.plus(flat.stream().mapToDouble(answer -> answer.score.total()).toArray())
                        .standardDeviation());
        steer(flat, metrics);
        List<RolloutRow> judged = judged(rows, answers, estimates);
        metrics.put("time/experience", (System.nanoTime() - begun) / 1e9);
        return new Made<>(judged, metrics, log(groups, judged, flat));
    }

    private List<Group> scaled(List<Group> groups) {
        if (!method.scales()) {
            return groups;
        }
        scaler = scaler.update(groups.stream().flatMap(group -> group.scores().stream()).toList());
        return groups.stream().map(group -> new Group(group.prompt(), group.rollouts(), scaler.apply(group.scores()),
                group.costs(), group.byName())).toList();
    }

    private static List<List<Answer>> answers(List<Group> groups) {
        List<List<Answer>> all = new ArrayList<>();
        for (int g = 0; g < groups.size(); g++) {
            List<Answer> own = new ArrayList<>();
            for (int i = 0; i < groups.get(g).rollouts().size(); i++) {
                if (groups.get(g).scores().get(i).usable()) {
                    Group group = groups.get(g);
                    own.add(new Answer(g, group.rollouts().get(i), group.scores().get(i),
                            group.costs().isEmpty() ? 0 : group.costs().get(i).total()));
                }
            }
            all.add(own);
        }
        return all;
    }

    private List<RolloutRow> rows(List<Group> groups, List<List<Answer>> answers) {
        List<RolloutRow> rows = new ArrayList<>();
        for (int g = 0; g < groups.size(); g++) {
            rows.add(RolloutRow.of(groups.get(g).prompt().ids(),
                    answers.get(g).stream().map(answer -> answer.rollout.completionIds()).toList(), shares)
                    .withSupports(answers.get(g).stream().map(Answer::supports).toList()));
        }
        return rows;
    }

    /**
     * The policy's own forward is asked where a later step compares with it, or where a critic has to be asked anyway; else
     * what the sampler saw will do.
     */
    private boolean readsAgain() { return rollouts.steps() > 1 || !model.critics().isEmpty(); }

    private void read(List<RolloutRow> rows, List<List<Answer>> answers, Map<String, Double> metrics) {
        if (!readsAgain()) {
            return;
        }
        List<RolloutReader.Said> said = new RolloutReader(model, rollouts.drawnAt(), microbatchTokens).read(rows);
        double sum = 0;
        double most = 0;
        long tokens = 0;
        for (int g = 0; g < rows.size(); g++) {
            for (int i = 0; i < answers.get(g).size(); i++) {
                Answer answer = answers.get(g).get(i);
                int place = i;
                float[] own = said.get(g).logProbs().get(i);
                for (int t = 0; t < own.length; t++) {
                    double gap = Math.abs(own[t] - answer.logProbs[t]);
                    sum += gap;
                    most = Math.max(most, gap);
                    tokens++;
                }
                answer.logProbs = own;
                answer.wholeLogProbs = said.get(g).wholeLogProbs().get(i);
                answer.values = said.get(g).values().stream().map(critic -> critic.get(place)).toList();
            }
        }
        metrics.put("sampling/sampling_logp_difference/mean", sum / Math.max(1, tokens));
        metrics.put("sampling/sampling_logp_difference/max", most);
    }

    private List<RolloutRow> referred(List<RolloutRow> rows, List<List<Answer>> answers) {
        Optional<ReferenceModel> other = reference.get();
        if (other.isEmpty()) {
            answers.forEach(group -> group.forEach(answer -> answer.kl = new double[answer.logProbs.length]));
            return rows;
        }
        List<List<float[]>> said = other.get()
                .reading(() -> new References(other.get().decoder(), rollouts.drawnAt())
                        .of(rows, RolloutRow::packed, microbatchTokens));
        List<List<float[]>> full = method.shaping().klEstimator() == KlEstimator.FULL
                ? new RolloutReader(model, rollouts.drawnAt(), microbatchTokens).divergence(rows, other.get())
                : List.of();
        List<RolloutRow> referred = new ArrayList<>();
        for (int g = 0; g < rows.size(); g++) {
            for (int i = 0; i < answers.get(g).size(); i++) {
                Answer answer = answers.get(g).get(i);
                answer.kl = distance(answer.wholeLogProbs, said.get(g).get(i),
                        full.isEmpty() ? Optional.empty() : Optional.of(full.get(g).get(i)));
                answer.distance = 0;
                for (int t = 0; t < answer.kl.length; t++) {
                    answer.distance += answer.wholeLogProbs[t] - said.get(g).get(i)[t];
                }
            }
            referred.add(rows.get(g).withReference(said.get(g)));
        }
        return method.referenceInLoss() ? referred : rows;
    }

    /** Only now: the rewards of these answers are priced by the weight that stood when they were written. */
    private void steer(List<Answer> answers, Map<String, Double> metrics) {
        if (reference.get().isEmpty()) {
            return;
        }
        double mean = answers.stream().mapToDouble(answer -> answer.distance).average().orElseThrow();
        metrics.put("objective/kl", mean);
        metrics.put("objective/kl_coef", kl.beta());
        kl = kl.after(mean, answers.size());
    }

    /** What was made of each answer, beside what the rewards said of it; nothing of one that could not be judged. */
    private List<List<Map<String, Double>>> log(List<Group> groups, List<RolloutRow> rows, List<Answer> flat) {
        List<List<Map<String, Double>>> log = new ArrayList<>();
        int place = 0;
        for (int g = 0; g < groups.size(); g++) {
            List<Map<String, Double>> own = new ArrayList<>();
            int judged = 0;
            for (Score score : groups.get(g).scores()) {
                Map<String, Double> made = new LinkedHashMap<>();
                if (score.usable()) {
                    made.put("advantage", mean(rows.get(g).answers().get(judged++).advantages()));
                    double distance = flat.get(place++).distance;
                    reference.get().ifPresent(other -> made.put("kl", distance));
                }
                own.add(made);
            }
            log.add(own);
        }
        return log;
    }

    private static double mean(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private double[] distance(float[] own, float[] other, Optional<float[]> full) {
        double[] kl = new double[own.length];
        for (int t = 0; t < kl.length; t++) {
            kl[t] = method.shaping().klEstimator().of(own[t] - other[t], full.isPresent() ? full.get()[t] : 0);
        }
        return kl;
    }

    /**
     * What was made of rewards, and of costs where they are bounded.
     *
     * @param all an estimate for each critic, of rewards first
     * @param advantages of each answer
     */
    private record Estimates(List<Estimate> all, double[][] advantages) {
        Estimate rewards() { return all.getFirst(); }
    }

    private Estimates estimates(List<Answer> answers, Map<String, Double> metrics) {
        Experience rewards = experience(answers, this::rewards, 0);
        if (method.costs().bound().isEmpty()) {
            Estimate estimate = method.advantage().of(rewards);
            return new Estimates(List.of(estimate), estimate.advantages());
        }
        BoundedEstimate both = method.costs().bound().get().of(
                answers.stream().mapToDouble(answer -> answer.cost).toArray(), rewards,
                experience(answers, this::costs, 1), metrics);
        return new Estimates(List.of(both.rewards(), both.costs()), both.advantages());
    }

    private Experience experience(List<Answer> answers, Function<Answer, double[]> worth, int critic) {
        double[][] values = model.critics().isEmpty()
                ? new double[0][]
                : answers.stream().map(answer -> wide(answer.values.get(critic))).toArray(double[][]::new);
        return new Experience(answers.stream().mapToInt(answer -> answer.group).toArray(),
                answers.stream().map(worth).toArray(double[][]::new), values);
    }

    private double beta() { return method.kl().beta() == 0 ? 0 : kl.beta(); }

    /** What is far from the reference costs as much as it takes off the rewards, so that its price is no matter of λ. */
    private double[] costs(Answer answer) {
        return method.shaping().rewards(answer.cost, -beta(), answer.kl);
    }

    private double[] rewards(Answer answer) {
        double worth = answer.score.total() - method.costs().price() * answer.cost;
        double[] rewards = method.shaping().rewards(method.shaping().score(worth, answer.ended()), beta(), answer.kl);
        if (answer.score instanceof Score.Dense(float[] dense)) {
            double total = answer.score.total();
            rewards[rewards.length - 1] -= total;
            for (int t = 0; t < dense.length; t++) {
                rewards[t] += dense[t];
            }
        }
        return rewards;
    }

    private List<RolloutRow> judged(List<RolloutRow> rows, List<List<Answer>> answers, Estimates estimates) {
        List<RolloutRow> judged = new ArrayList<>();
        int place = 0;
        for (int g = 0; g < rows.size(); g++) {
            List<RolloutRow.Answer> own = new ArrayList<>();
            for (Answer answer : answers.get(g)) {
                own.add(judged(answer, estimates, place++));
            }
            judged.add(rows.get(g).withAnswers(own));
        }
        return judged;
    }

    private RolloutRow.Answer judged(Answer answer, Estimates estimates, int place) {
        boolean counts = estimates.rewards().usable()[place]
                && (answer.ended() || !rollouts.maskTruncatedCompletions());
        float[] weights = new float[answer.logProbs.length];
        java.util.Arrays.fill(weights, counts ? 1 : 0);
        List<RolloutRow.Values> critics = new ArrayList<>();
        for (int c = 0; c < answer.values.size(); c++) {
            critics.add(new RolloutRow.Values(answer.values.get(c),
                    narrow(estimates.all().get(c).returns()[place])));
        }
        return new RolloutRow.Answer(readsAgain() ? Optional.of(answer.logProbs) : Optional.empty(),
                readsAgain() ? Optional.empty() : Optional.of(answer.logProbs), narrow(estimates.advantages()[place]),
                weights, critics, answer.supports());
    }

    private static double[] wide(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    private static float[] narrow(double[] values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }

    @Override
    public Map<String, Object> state() {
        Map<String, Object> state = new LinkedHashMap<>(kl.toMap());
        if (method.scales()) {
            state.put(SCALER, scaler.toMap());
        }
        method.costs().bound().ifPresent(bound -> state.put(MULTIPLIER, bound.state()));
        return state;
    }

    @Override
    public void restore(Map<String, ?> state) {
        kl = kl.restored(state);
        if (method.scales()) {
            Map<String, Double> seen = new LinkedHashMap<>();
            Kept.of(state).map(SCALER).named().forEach((name, value) -> seen.put(name, Kept.number(value)));
            scaler = RewardScaler.of(seen);
        }
        method.costs().bound().ifPresent(bound -> bound.restore(Kept.of(state).map(MULTIPLIER).named()));
    }

    @Override
    public Map<String, Object> kept(RolloutRow row) { return RolloutKeeper.kept(row); }

    @Override
    public RolloutRow restored(Kept kept) { return RolloutKeeper.restored(kept); }
}
