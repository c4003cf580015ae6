package dev.hone.train;

import dev.hone.reward.Score;
import dev.hone.rollout.Rollout;
import java.util.List;
import java.util.Map;

/**
 * The policy's answers to one prompt, judged.
 *
 * @param rollouts the answers
 * @param scores what each is worth in sum
 * @param byName what each reward said of each
 */
record Group(PromptRow prompt, List<Rollout> rollouts, List<Score> scores, Map<String, List<Score>> byName) {
    Group {
        rollouts = List.copyOf(rollouts);
        scores = List.copyOf(scores);
    }

    boolean usable() { return scores.stream().anyMatch(Score::usable); }

    /** Whether all answers that could be judged are worth the same, so that comparing them teaches nothing. */
    boolean flat() {
        return scores.stream().filter(Score::usable).mapToDouble(Score::total).distinct().count() <= 1;
    }
}
