package dev.hone.train;

import dev.hone.objective.EndPenalty;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The best of a policy's answers to each prompt beside the worst. Prompts whose answers are all worth the same are left out,
 * where TRL takes the first answer for the better one.
 *
 * @param endedOnly whether answers that were cut off are left out
 */
record OwnContest(EndPenalty penalty, boolean endedOnly) implements Contest {

    @Override
    public Held hold(List<Group> groups, ExperienceMaker.Turn turn) {
        List<List<Match>> matches = new ArrayList<>();
        for (Group group : groups) {
            List<Judgement> judged = IntStream.range(0, group.rollouts().size())
                    .mapToObj(i -> Judgement.of(group, i, penalty, endedOnly)).filter(Judgement::usable)
                    .sorted(Comparator.comparingDouble((Judgement each) -> -each.value())).toList();
            matches.add(judged.size() < 2 || judged.getFirst().value() == judged.getLast().value()
                    ? List.of()
                    : List.of(new Match(judged.getFirst(), judged.getLast())));
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("pairs/left_out", (double) matches.stream().filter(List::isEmpty).count());
        matches.stream().flatMap(List::stream).mapToDouble(Match::margin).average()
                .ifPresent(mean -> metrics.put("objective/scores_margin", mean));
        return new Held(matches, metrics, List.of(), List.of());
    }
}
