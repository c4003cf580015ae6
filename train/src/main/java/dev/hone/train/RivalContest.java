package dev.hone.train;

import dev.hone.objective.EndPenalty;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sets answers of another's beside those of the policy: as many to the same prompts, judged by the same rewards. */
final class RivalContest implements Contest {
    private final Explorer rival;
    private final EndPenalty penalty;
    private final boolean endedOnly;

    /**
     * @param rival writes the other's answers
     * @param endedOnly whether answers that were cut off are not learned from
     */
    RivalContest(Explorer rival, EndPenalty penalty, boolean endedOnly) {
        this.rival = rival;
        this.penalty = penalty;
        this.endedOnly = endedOnly;
    }

    @Override
    public Held hold(List<Group> groups, ExperienceMaker.Turn turn) {
        int samples = groups.getFirst().rollouts().size();
        Explorer.Found found = rival.explore(groups.stream().map(Group::prompt).toList(), samples,
                turn.generation(), turn.attempt());
        List<List<Match>> matches = new ArrayList<>();
        List<List<Map<String, Double>>> log = new ArrayList<>();
        for (int g = 0; g < groups.size(); g++) {
            List<Match> own = new ArrayList<>();
            List<Map<String, Double>> told = new ArrayList<>();
            for (int i = 0; i < samples; i++) {
                Judgement mine = Judgement.of(groups.get(g), i, penalty, endedOnly);
                // a rival that was cut off is beaten, not left out
                Judgement other = Judgement.of(found.groups().get(g), i, penalty, false);
                told.add(other.usable() ? Map.of("rival_reward", other.value()) : Map.of());
                if (mine.usable() && other.usable()) {
                    own.add(new Match(mine, other));
                }
            }
            matches.add(own);
            log.add(told);
        }
        return new Held(matches, metrics(found, matches), log, found.groups());
    }

    private static Map<String, Double> metrics(Explorer.Found found, List<List<Match>> matches) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        found.metrics().forEach((name, value) -> {
            if (name.equals("reward") || name.equals("completions/mean_length")) {
                metrics.put("rival/" + name, value);
            }
        });
        metrics.put("time/rival",
                found.metrics().getOrDefault("time/rollout", 0.0) + found.metrics().getOrDefault("time/reward", 0.0));
        matches.stream().flatMap(List::stream).mapToDouble(Match::margin).average()
                .ifPresent(mean -> metrics.put("objective/scores_margin", mean));
        return metrics;
    }
}
