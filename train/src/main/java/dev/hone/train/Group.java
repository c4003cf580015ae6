package dev.hone.train;

import dev.hone.reward.Score;
import dev.hone.rollout.Rollout;
import java.util.List;
import java.util.Map;

/**
 * The policy's answers to one prompt, judged.
 *
 * @param rollouts the answers
 * @param scores what each is worth in sum; without one where its cost is unknown
 * @param costs what each costs in sum; none where nobody asks
 * @param byName what each reward and each cost said of each
 */
record Group(PromptRow prompt, List<Rollout> rollouts, List<Score> scores, List<Score> costs,
        Map<String, List<Score>> byName) {
    Group {
        rollouts = List.copyOf(rollouts);
        scores = List.copyOf(scores);
        costs = List.copyOf(costs);
    }

    /** Without costs. */
    Group(PromptRow prompt, List<Rollout> rollouts, List<Score> scores, Map<String, List<Score>> byName) {
        this(prompt, rollouts, scores, List.of(), byName);
    }

    boolean usable() { return scores.stream().anyMatch(Score::usable); }

    /** Whether all answers that could be judged are worth the same, so that comparing them teaches nothing. */
    boolean flat() {
        return scores.stream().filter(Score::usable).mapToDouble(Score::total).distinct().count() <= 1;
    }
}
