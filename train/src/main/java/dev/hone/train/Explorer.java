package dev.hone.train;

import dev.hone.model.Decoder;
import dev.hone.reward.RewardInput;
import dev.hone.reward.RewardScores;
import dev.hone.reward.Rewards;
import dev.hone.reward.Score;
import dev.hone.rollout.Generation;
import dev.hone.rollout.PromptTokens;
import dev.hone.rollout.Rollout;
import dev.hone.rollout.RolloutEngine;
import dev.hone.rollout.Stop;
import dev.hone.rollout.StopReason;
import dev.hone.rollout.Support;
import dev.hone.rollout.TokenText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;

/** Lets a policy answer prompts with its own weights, and has the answers judged. */
final class Explorer {
    private static final String COST = "cost/";
    private static final int REPEATED = 1_000_003;

    private final RolloutEngine engine;
    private final Drawing drawing;
    private final Rewards rewards;
    private final Optional<Rewards> costs;

    /**
     * How answers are drawn.
     *
     * @param seed of the run
     * @param support what may be drawn, asked with the number of each generation before it
     */
    record Drawing(RolloutSettings settings, Stop stop, long seed, LongFunction<Support> support) {
        /** Everything may be drawn. */
        Drawing(RolloutSettings settings, Stop stop, long seed) {
            this(settings, stop, seed, generation -> Support.WHOLE.withMinNewTokens(settings.minNewTokens()));
        }

        /** Draws of their own for each generation, and each further try at it. */
        Generation generation(int samples, long generation, int attempt) {
            return new Generation(settings.maxCompletionLength(), samples,
                    settings.sampling(seed + 1_000_003 * generation + 7919L * attempt), stop)
                    .with(support.apply(generation));
        }
    }

    Explorer(Decoder policy, TokenText text, Drawing drawing, Rewards rewards) {
        this(policy, text, drawing, rewards, Optional.empty());
    }

    /** @param costs where answers are judged by what they cost, too */
    Explorer(Decoder policy, TokenText text, Drawing drawing, Rewards rewards, Optional<Rewards> costs) {
        this.engine = new RolloutEngine(policy, text);
        this.drawing = drawing;
        this.rewards = rewards;
        this.costs = costs;
    }

    /**
     * What came of it.
     *
     * @param groups in the order of the prompts
     * @param metrics of lengths and rewards, under TRL's names
     * @param unusable how often each reward had no score, and why
     */
    record Found(List<Group> groups, Map<String, Double> metrics, Map<String, Map<String, Integer>> unusable) {}

    /**
     * @param samples answers to each prompt
     * @param generation its number, on which draws depend
     * @param attempt how often prompts of this generation were asked before
     */
    Found explore(List<PromptRow> prompts, int samples, long generation, int attempt) {
        long begun = System.nanoTime();
        List<Rollout> rollouts = engine.generate(asked(prompts), drawing.generation(samples, generation, attempt));
        long written = System.nanoTime();
        List<RewardInput> inputs = new ArrayList<>();
        for (int i = 0; i < rollouts.size(); i++) {
            PromptRow prompt = prompts.get(i / samples);
            inputs.add(RewardInput.of(prompt.prompt().messages(), rollouts.get(i), prompt.prompt().columns()));
        }
        RewardScores scores = rewards.score(inputs);
        Optional<RewardScores> caused = costs.map(each -> each.score(inputs));
        long judged = System.nanoTime();
        Map<String, Double> metrics = new LinkedHashMap<>(scores.metrics());
        caused.ifPresent(each -> each.metrics()
                .forEach((name, value) -> metrics.put(name.replaceFirst("^reward", "cost"), value)));
        metrics.putAll(lengths(rollouts));
        metrics.put("time/rollout", (written - begun) / 1e9);
        metrics.put("time/reward", (judged - written) / 1e9);
        Map<String, Map<String, Integer>> unusable = new LinkedHashMap<>(scores.unusable());
        caused.ifPresent(each -> each.unusable().forEach((name, reasons) -> unusable.put(COST + name, reasons)));
        return new Found(groups(prompts, samples, rollouts, caused.map(each -> with(scores, each)).orElse(scores),
                caused.map(RewardScores::totals).orElse(List.of())), metrics, unusable);
    }

    /** A prompt that comes twice, as where a generation is longer than an epoch, is answered by other draws. */
    private static List<PromptTokens> asked(List<PromptRow> prompts) {
        Map<Integer, Integer> seen = new HashMap<>();
        return prompts.stream().map(prompt -> {
            int before = seen.merge(prompt.index(), 1, Integer::sum) - 1;
            return new PromptTokens((prompt.index() + REPEATED * before) & Integer.MAX_VALUE, prompt.ids());
        }).toList();
    }

    /** All that was said by name; what an answer earns does not count where nobody knows what it costs. */
    private static RewardScores with(RewardScores scores, RewardScores costs) {
        Map<String, List<Score>> byName = new LinkedHashMap<>(scores.byName());
        costs.byName().forEach((name, all) -> byName.put(COST + name, all));
        List<Score> totals = new ArrayList<>();
        for (int i = 0; i < scores.totals().size(); i++) {
            totals.add(costs.totals().get(i).usable() ? scores.totals().get(i) : Score.unusable("no cost"));
        }
        return new RewardScores(byName, totals);
    }

    private static List<Group> groups(List<PromptRow> prompts, int samples, List<Rollout> rollouts,
            RewardScores scores, List<Score> costs) {
        List<Group> groups = new ArrayList<>();
        for (int p = 0; p < prompts.size(); p++) {
            int from = p * samples;
            int to = from + samples;
            Map<String, List<Score>> byName = new HashMap<>();
            scores.byName().forEach((name, all) -> byName.put(name, all.subList(from, to)));
            groups.add(new Group(prompts.get(p), rollouts.subList(from, to), scores.totals().subList(from, to),
                    costs.isEmpty() ? List.of() : costs.subList(from, to), byName));
        }
        return groups;
    }

    private static Map<String, Double> lengths(List<Rollout> rollouts) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        var all = rollouts.stream().mapToInt(rollout -> rollout.completionIds().length).summaryStatistics();
        var ended = rollouts.stream().filter(rollout -> rollout.stop() != StopReason.LENGTH)
                .mapToInt(rollout -> rollout.completionIds().length).summaryStatistics();
        metrics.put("completions/mean_length", all.getAverage());
        metrics.put("completions/min_length", (double) all.getMin());
        metrics.put("completions/max_length", (double) all.getMax());
        metrics.put("completions/clipped_ratio", 1 - ended.getCount() / (double) all.getCount());
        if (ended.getCount() > 0) {
            metrics.put("completions/mean_terminated_length", ended.getAverage());
        }
        return metrics;
    }

    /** Text for messages: how often which reward had nothing to say. */
    static Optional<String> told(Map<String, Map<String, Integer>> unusable) {
        return unusable.isEmpty() ? Optional.empty() : Optional.of(unusable.toString());
    }
}
